"""Reasons in Vietnamese and English, and a report in two sentences: what it means, and what to do next.

The engine speaks in codes; whoever waits at the counter reads these sentences. Every code has both languages and both
parts, held by a test. Words for verdicts: `gateway/verdicts.py`; for roles,
checks and the like: `gateway/vocabulary.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.verdicts import ON_PAPER, VERDICTS, Saying
from gateway.vocabulary import Text
from verify.report import Reason, Report, Verdict
from verify.verdict import INDETERMINATE

_ASK_ORIGINAL = Text(
    "Đề nghị người nộp xin nhà trường gửi lại đúng tệp gốc, không qua chỉnh sửa, chuyển đổi hay in lại. Nếu nghi ngờ "
    "giả mạo, hãy báo nhà trường hoặc Sở GDĐT.",
    "Ask for the original file from the school, neither edited, converted nor printed again. If you suspect forgery, "
    "tell the school or its department.",
)
_ASK_SCHOOL = Text(
    "Liên hệ nhà trường để được cấp lại học bạ có đủ chữ ký.",
    "Contact the school for a transcript with all signatures.",
)
_ASK_AUTHORITY = Text(
    "Liên hệ nhà trường hoặc Sở GDĐT quản lý trường để xác nhận thẩm quyền của người ký.",
    "Ask the school, or the department above it, to confirm the signer's authority.",
)
_ASK_PROOF = Text(
    "Liên hệ nhà trường để xác nhận, hoặc đề nghị cấp lại học bạ có dấu thời gian hay đã đăng ký.",
    "Ask the school to confirm it, or to issue it anew with a time-stamp or registered.",
)
_WAIT = Text(
    "Hãy thử lại sau, hoặc liên hệ nhà trường hay Sở GDĐT để hỏi khi nào việc này được giải quyết.",
    "Try again later, or ask the school or its department when this will be settled.",
)
_COMPARE = Text(
    "Hãy đối chiếu từng điểm với bảng điểm hiển thị ở đây.",
    "Compare every grade with the table shown here.",
)

REASONS: dict[Reason, Saying] = {
    Reason.NO_SIGNATURE: Saying(
        Text("Tệp không có chữ ký số nào.", "The file carries no digital signature."),
        Text(
            "Đề nghị người nộp gửi tệp gốc có chữ ký số do nhà trường cấp, hoặc ảnh chụp rõ mã QR trên bản in.",
            "Ask for the original, digitally signed file from the school, or a sharp photo of the printout's QR code.",
        ),
    ),
    Reason.SIGNATURE_BROKEN: Saying(
        Text(
            "Có chữ ký số bị hỏng hoặc không khớp với nội dung.",
            "A digital signature is broken or does not match the content.",
        ),
        _ASK_ORIGINAL,
    ),
    Reason.MODIFIED_AFTER_SIGNING: Saying(
        Text("Nội dung tệp đã bị sửa sau khi ký.", "The file was changed after it was signed."),
        _ASK_ORIGINAL,
    ),
    Reason.ISSUER_MISMATCH: Saying(
        Text(
            "Người ký hoặc con dấu thuộc một cơ sở khác, không phải nơi cấp ghi trong học bạ.",
            "The signer or seal belongs to another institution than the one that the transcript names.",
        ),
        _ASK_ORIGINAL,
    ),
    Reason.TRANSCRIPT_WITHDRAWN: Saying(
        Text("Nơi cấp đã thu hồi học bạ này.", "Its issuer has withdrawn this transcript."),
        Text("Liên hệ nơi cấp để biết lý do thu hồi.", "Ask the issuer why it was withdrawn."),
    ),
    Reason.REGISTER_MISMATCH: Saying(
        Text(
            "Nội dung khác với bản mà nhà trường đã đăng ký cùng số và phiên bản.",
            "The content differs from what the school registered under the same number and version.",
        ),
        _ASK_ORIGINAL,
    ),
    Reason.QR_MISMATCH: Saying(
        Text(
            "Mã QR không khớp với nội dung đã ký hoặc với bản đã đăng ký.",
            "The QR code does not match the signed content or what was registered.",
        ),
        _ASK_ORIGINAL,
    ),
    Reason.QR_BROKEN: Saying(
        Text("Mã QR bị hỏng hoặc sai định dạng.", "The QR code is damaged or malformed."),
        Text(
            "Chụp lại mã QR cho rõ, hoặc đề nghị người nộp gửi tệp PDF gốc.",
            "Take a sharper picture of the code, or ask for the original PDF file.",
        ),
    ),
    Reason.WEAK_ALGORITHM: Saying(
        Text(
            "Chữ ký bắt buộc dùng thuật toán không còn an toàn.",
            "A required signature uses an algorithm that is no longer safe.",
        ),
        Text(
            "Đề nghị nhà trường ký lại bằng chứng thư và phần mềm hiện hành.",
            "Ask the school to sign it anew with a current certificate and current software.",
        ),
    ),
    Reason.RECORD_INCONSISTENT: Saying(
        Text(
            "Dữ liệu học bạ trong tệp mâu thuẫn với chính nó hoặc với sổ đăng ký cơ sở giáo dục.",
            "The record in the file contradicts itself or the registry of institutions.",
        ),
        Text("Đề nghị nhà trường kiểm tra và cấp lại học bạ.", "Ask the school to check it and issue it anew."),
    ),
    Reason.UNKNOWN_ISSUER: Saying(
        Text(
            "Nơi cấp ghi trong học bạ chưa có trong sổ đăng ký.",
            "The registry does not know the issuer that the transcript names.",
        ),
        Text(
            "Hỏi Sở GDĐT xem cơ sở này đã được đăng ký chưa.",
            "Ask the department whether this institution has been registered.",
        ),
    ),
    Reason.UNKNOWN_KEY: Saying(
        Text(
            "Có chữ ký bằng khóa mà sổ đăng ký không biết, hoặc chứng thư không nối được tới nơi được tin cậy.",
            "A key that the registry does not know has signed, or its certificate leads to no trusted authority.",
        ),
        _ASK_AUTHORITY,
    ),
    Reason.ROLE_MISSING: Saying(
        Text(
            "Thiếu chữ ký bắt buộc: học bạ cần chữ ký của hiệu trưởng (hoặc người ký thay) và con dấu của nhà trường.",
            "A required signature is missing: a transcript needs the principal's (or a deputy's) and the school seal.",
        ),
        _ASK_SCHOOL,
    ),
    Reason.NO_PROOF_OF_EXISTENCE: Saying(
        Text(
            "Chứng thư, khóa hoặc quyết định bổ nhiệm của người ký đã hết hạn, và không có bằng chứng tin cậy rằng chữ "
            "ký được tạo khi còn hiệu lực.",
            "The signer's certificate, key or appointment has ended, and no trusted proof shows that the signature was "
            "made while it was in force.",
        ),
        _ASK_PROOF,
    ),
    Reason.KEY_SUSPENDED: Saying(
        Text("Khóa ký đang bị tạm dừng.", "The signing key is suspended."),
        _WAIT,
    ),
    Reason.ISSUER_SUSPENDED: Saying(
        Text("Nơi cấp, hoặc cơ quan quản lý nơi cấp, đang bị tạm dừng.", "The issuer, or one above it, is suspended."),
        _WAIT,
    ),
    Reason.NOT_REGISTERED: Saying(
        Text(
            "Nơi cấp phải đăng ký học bạ, phiên bản hoặc mã QR này mà chưa đăng ký.",
            "This transcript, version or QR code should have been registered by its issuer, and is not.",
        ),
        Text(
            "Liên hệ nhà trường để hỏi học bạ này đã được đăng ký chưa.",
            "Ask the school whether this transcript has been registered.",
        ),
    ),
    Reason.NOT_IDENTIFIED: Saying(
        Text(
            "Tệp được ký nhưng không chứa dữ liệu học bạ; có thể là một văn bản khác.",
            "The file is signed but holds no transcript record; it may be some other letter.",
        ),
        Text(
            "Đề nghị người nộp gửi đúng tệp học bạ số do nhà trường cấp.",
            "Ask for the digital transcript itself, as the school issued it.",
        ),
    ),
    Reason.STALE_DATA: Saying(
        Text(
            "Thông tin về tình trạng chứng thư đã cũ hoặc còn thiếu.",
            "The information on the state of a certificate is out of date or missing.",
        ),
        _WAIT,
    ),
    Reason.ACTIVE_CONTENT: Saying(
        Text(
            "Tệp chứa nội dung động (mã lệnh hoặc biểu mẫu), có thể hiển thị khác với nội dung đã ký.",
            "The file holds active content (scripts or forms) that may show something else than was signed.",
        ),
        Text(
            "Đề nghị nhà trường cấp lại tệp không có nội dung động.",
            "Ask the school to issue the file anew without active content.",
        ),
    ),
    Reason.NO_QR_FOUND: Saying(
        Text("Không đọc được mã QR học bạ nào trong ảnh.", "No transcript QR code can be read in the picture."),
        Text(
            "Chụp lại rõ hơn, đủ sáng, mã QR chiếm phần lớn khung hình; hoặc gửi tệp PDF gốc.",
            "Take a sharper, brighter picture with the code filling most of it; or hand in the original PDF file.",
        ),
    ),
    Reason.QR_INCOMPLETE: Saying(
        Text("Mã QR không có đủ họ tên, ngày sinh và điểm.", "The QR code lacks name, date of birth or grades."),
        Text("Đề nghị người nộp gửi tệp PDF gốc.", "Ask for the original PDF file."),
    ),
    Reason.CANNOT_BE_JUDGED: Saying(
        Text(
            "Tệp có phần mà hệ thống chưa xét được, nên không kết luận.",
            "The file has something in it that this service cannot judge yet, so it draws no conclusion.",
        ),
        Text(
            "Liên hệ nhà trường để xác nhận, hoặc đề nghị cấp lại học bạ theo đúng định dạng.",
            "Ask the school to confirm it, or to issue it anew in the proper format.",
        ),
    ),
    Reason.KEY_REVOKED: Saying(
        Text(
            "Khóa hoặc chứng thư ký đã bị thu hồi, và không chứng minh được chữ ký có trước khi thu hồi.",
            "The signing key or certificate was revoked, and nothing proves that the signature was there before.",
        ),
        _ASK_PROOF,
    ),
    Reason.NOT_AUTHORISED_AT_TIME: Saying(
        Text(
            "Người ký không có thẩm quyền ký học bạ này vào thời điểm ký.",
            "The signer had no authority to sign this transcript at that time.",
        ),
        _ASK_AUTHORITY,
    ),
    Reason.TRANSCRIPT_SUPERSEDED: Saying(
        Text("Nhà trường đã đăng ký một phiên bản mới hơn.", "The school has registered a newer version."),
        Text("Hỏi nhà trường nếu cần biết lý do sửa đổi.", "Ask the school if you need to know why it was corrected."),
    ),
    Reason.QR_ONLY: Saying(
        Text("Chỉ mã QR được xét, không phải tệp đã ký.", "The QR code alone was judged, not a signed file."),
        Text(
            "Đối chiếu họ tên, ngày sinh và từng điểm với bản giấy và giấy tờ tùy thân.",
            "Compare name, date of birth and every grade with the paper and the identity card.",
        ),
    ),
    Reason.QR_FOREIGN_HOST: Saying(
        Text(
            "Địa chỉ trong mã QR là của một trang web khác; điều này không ảnh hưởng kết quả ở đây.",
            "The address in the QR code is another web site's; this does not affect the result here.",
        ),
        Text(
            "Đừng mở trang đó; chỉ tin kết quả hiển thị ở đây.",
            "Do not open that site; trust only the result shown here.",
        ),
    ),
    Reason.APPEARANCE_ADDED: Saying(
        Text(
            "Sau chữ ký đầu tiên, hình chữ ký đã được thêm vào trang.",
            "A signature's picture was added to the page after the first signature.",
        ),
        _COMPARE,
    ),
    Reason.UNREGISTERED: Saying(
        Text(
            "Nhà trường chưa đăng ký học bạ này, nên không biết được nó đã bị thay thế hay thu hồi chưa.",
            "The school has not registered this transcript, so whether it was replaced or withdrawn cannot be known.",
        ),
        Text(
            "Nếu cần chắc chắn, hãy hỏi nhà trường có phiên bản mới hơn không.",
            "If you need to be sure, ask the school whether there is a newer version.",
        ),
    ),
    Reason.SCORES_DISAGREE: Saying(
        Text(
            "Có điểm trung bình không khớp với các điểm thành phần.",
            "Some averages do not follow from the grades they are made of.",
        ),
        Text("Hỏi lại nhà trường về các điểm này.", "Ask the school about these grades."),
    ),
}

ADVISORY = frozenset(list(Reason)[list(Reason).index(Reason.QR_ONLY) :])
"""Reasons that decide nothing: the last row of the law's table."""


Told = Mapping[Reason, Saying]
"""What reasons mean in a case of which more is known (`gateway/particulars.py`)."""

GENERAL: Told = {}


def summary(report: Report, told: Told = GENERAL) -> Text:
    """The verdict in one sentence, and the reasons that led to it."""
    return joined([_verdict(report).means, *(_saying(reason, told).means for reason in _decisive(report))])


def steps(report: Report, told: Told = GENERAL) -> list[Text]:
    """What to do next: by the verdict, by its reasons; and what to mind where the answer is not a plain "no".

    Of a QR code that was judged alone it says what to compare (HB-1, 5), unless nothing is to be compared: a false code
    proves no paper, and of several transcripts nobody knows which.
    """
    parts = [_verdict(report).todo, *(_saying(reason, told).todo for reason in _decisive(report))]
    if report.verdict in {Verdict.VALID, Verdict.SUPERSEDED}:
        parts += [joined(REASONS[reason]) for reason in report.reasons if reason in ADVISORY]
    elif Reason.QR_ONLY in report.reasons:
        compared = report.verdict is Verdict.INDETERMINATE and Reason.CANNOT_BE_JUDGED not in report.reasons
        parts += [REASONS[Reason.QR_ONLY].todo] if compared else []
    return list(dict.fromkeys(parts))


def advice(report: Report, told: Told = GENERAL) -> Text:
    """All steps as one text."""
    return joined(steps(report, told))


def _saying(reason: Reason, told: Told) -> Saying:
    return told.get(reason) or REASONS[reason]


def _verdict(report: Report) -> Saying:
    return (ON_PAPER if Reason.QR_ONLY in report.reasons else VERDICTS)[report.verdict]


def _decisive(report: Report) -> list[Reason]:
    """The reasons that decided; where something is wrong, what is merely missing goes unsaid."""
    deciding = [reason for reason in report.reasons if reason not in ADVISORY]
    if report.verdict is Verdict.INVALID:
        return [reason for reason in deciding if reason not in INDETERMINATE] or deciding
    return deciding


def joined(parts: Iterable[Text]) -> Text:
    """Several sentences as one text, each once."""
    once = list(dict.fromkeys(parts))
    return Text(" ".join(part.vi for part in once), " ".join(part.en for part in once))
