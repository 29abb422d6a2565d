"""Words for codes in Vietnamese and English: verdicts, roles, capacities, states, checks, limits.

A word names a thing; the sentences that say what a verdict means are in `gateway/wording.py`. Official Vietnamese terms
are kept as they stand in the rules on school records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from verify.report import Indication, Outcome, Sub, Verdict
from verify.trust import Capacity, KeyState, Kind, Level, Role


class Text(NamedTuple):
    """The same in both languages."""

    vi: str
    en: str


VERDICTS: dict[Verdict, Text] = {
    Verdict.VALID: Text("Hợp lệ", "Valid"),
    Verdict.SUPERSEDED: Text("Đã được thay thế", "Superseded"),
    Verdict.INDETERMINATE: Text("Chưa đủ căn cứ kết luận", "Indeterminate"),
    Verdict.INVALID: Text("Không hợp lệ", "Invalid"),
}

INDICATIONS: dict[Indication, Text] = {
    Indication.TOTAL_PASSED: Text("Đạt", "Passed"),
    Indication.INDETERMINATE: Text("Chưa kết luận được", "Indeterminate"),
    Indication.TOTAL_FAILED: Text("Không đạt", "Failed"),
}

SUBS: dict[Sub, Text] = {
    Sub.HASH_FAILURE: Text("nội dung không khớp với chữ ký", "the content does not match the signature"),
    Sub.SIG_CRYPTO_FAILURE: Text("chữ ký không đúng với khóa", "the signature does not match the key"),
    Sub.FORMAT_FAILURE: Text("chữ ký sai định dạng", "the signature is malformed"),
    Sub.HB_NOT_APPOINTED: Text("không được bổ nhiệm ký việc này", "not appointed to sign this"),
    Sub.NOT_YET_VALID: Text("ký trước khi có hiệu lực", "signed before it came into force"),
    Sub.REVOKED: Text("ký sau khi bị thu hồi", "signed after the revocation"),
    Sub.CRYPTO_CONSTRAINTS_FAILURE: Text("thuật toán không còn an toàn", "the algorithm is no longer safe"),
    Sub.CUSTOM: Text("có phần chưa xét được", "something cannot be judged yet"),
    Sub.NO_CERTIFICATE_CHAIN_FOUND: Text(
        "chứng thư không nối được tới nơi được tin cậy", "the certificate leads to no trusted authority"
    ),
    Sub.REVOKED_NO_POE: Text(
        "đã bị thu hồi, không chứng minh được ký trước đó", "revoked, with no proof that it was signed before"
    ),
    Sub.OUT_OF_BOUNDS_NO_POE: Text(
        "đã hết hiệu lực, không chứng minh được ký khi còn hiệu lực",
        "no longer in force, with no proof that it was signed while it was",
    ),
    Sub.HB_NOT_APPOINTED_AT_TIME: Text(
        "thẩm quyền vào thời điểm ký chưa rõ", "the authority at the time of signing is not established"
    ),
    Sub.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Text(
        "thuật toán cũ, chỉ được xem xét theo ngoại lệ", "an old algorithm, looked at by an exception only"
    ),
    Sub.TRY_LATER: Text("đang tạm dừng hoặc thiếu thông tin mới", "suspended, or fresh information is missing"),
}

ROLES: dict[Role, Text] = {
    Role.PRINCIPAL: Text("Hiệu trưởng", "Principal"),
    Role.VICE_PRINCIPAL: Text("Phó hiệu trưởng", "Vice-principal"),
    Role.HOMEROOM_TEACHER: Text("Giáo viên chủ nhiệm", "Homeroom teacher"),
    Role.SCHOOL_SEAL: Text("Con dấu của nhà trường", "School seal"),
    Role.DEPARTMENT_SEAL: Text("Con dấu của Sở GDĐT", "Department seal"),
    Role.QR_SEAL: Text("Khóa ký mã QR", "QR seal"),
    Role.TIME_STAMP_AUTHORITY: Text("Cơ quan cấp dấu thời gian", "Time-stamp authority"),
}

CAPACITIES: dict[Capacity, Text] = {
    Capacity.SUBSTANTIVE: Text("chính thức", "substantive"),
    Capacity.ACTING: Text("quyền", "acting"),
    Capacity.ON_BEHALF: Text("ký thay (KT.)", "on behalf (KT.)"),
    Capacity.BY_DELEGATION: Text("thừa ủy quyền (TUQ.)", "by delegation (TUQ.)"),
}

KINDS: dict[Kind, Text] = {
    Kind.MINISTRY: Text("Bộ GDĐT", "Ministry"),
    Kind.DEPARTMENT: Text("Sở GDĐT", "Department"),
    Kind.SCHOOL: Text("Trường", "School"),
}

LEVELS: dict[Level, Text] = {
    Level.PRIMARY: Text("Tiểu học", "Primary"),
    Level.LOWER_SECONDARY: Text("Trung học cơ sở", "Lower secondary"),
    Level.UPPER_SECONDARY: Text("Trung học phổ thông", "Upper secondary"),
    Level.CONTINUING: Text("Giáo dục thường xuyên", "Continuing education"),
}

KEY_STATES: dict[KeyState, Text] = {
    KeyState.PROPOSED: Text("đề nghị", "proposed"),
    KeyState.PROVEN: Text("đã chứng minh", "proven"),
    KeyState.ACTIVE: Text("đang hiệu lực", "active"),
    KeyState.SUSPENDED: Text("tạm dừng", "suspended"),
    KeyState.RETIRED: Text("thôi dùng", "retired"),
    KeyState.REVOKED: Text("đã thu hồi", "revoked"),
    KeyState.REJECTED: Text("bị từ chối", "rejected"),
    KeyState.EXPIRED: Text("đề nghị hết hạn", "proposal expired"),
}

OUTCOMES: dict[Outcome, Text] = {
    Outcome.PASSED: Text("đạt", "passed"),
    Outcome.FAILED: Text("không đạt", "failed"),
    Outcome.INDETERMINATE: Text("chưa kết luận được", "indeterminate"),
    Outcome.NOTED: Text("ghi nhận", "noted"),
    Outcome.SWITCHED_OFF: Text("không kiểm tra", "switched off"),
}

STATUSES: dict[str, Text] = {
    "current": Text("đang có hiệu lực", "current"),
    "superseded": Text("đã được thay thế", "superseded"),
    "withdrawn": Text("đã thu hồi", "withdrawn"),
    "unregistered": Text("chưa đăng ký", "not registered"),
}

PROOFS: dict[str, Text] = {
    "timestamp": Text("theo dấu thời gian tin cậy", "by a trusted time-stamp"),
    "register": Text("theo sổ đăng ký học bạ", "by the register of transcripts"),
    "none": Text("không có bằng chứng về thời gian", "no proof of time"),
}

RESULTS: dict[str, Text] = {
    "good": Text("Tốt", "Good"),
    "fair": Text("Khá", "Fair"),
    "pass": Text("Đạt", "Pass"),
    "not_pass": Text("Chưa đạt", "Not pass"),
    "T": Text("Hoàn thành tốt", "Good"),
    "H": Text("Hoàn thành", "Completed"),
    "C": Text("Chưa hoàn thành", "Not completed"),
    "promoted": Text("Được lên lớp", "Promoted"),
    "reassess": Text("Đánh giá lại", "To be reassessed"),
    "retained": Text("Ở lại lớp", "Retained"),
}

AMENDMENTS: dict[str, Text] = {
    "entry_error": Text("sửa lỗi nhập liệu", "entry error corrected"),
    "reassessment": Text("đánh giá lại", "reassessment"),
    "identity_corrected": Text("sửa thông tin nhân thân", "identity corrected"),
    "court_or_inspection": Text("theo bản án hoặc kết luận thanh tra", "by court or inspection"),
    "other": Text("lý do khác", "other reason"),
}

WITHDRAWALS: dict[str, Text] = {
    "issued_in_error": Text("cấp nhầm", "issued in error"),
    "fraud": Text("có gian lận", "fraud"),
    "court_or_inspection": Text("theo bản án hoặc kết luận thanh tra", "by court or inspection"),
    "other": Text("lý do khác", "other reason"),
}
"""Why a transcript was withdrawn (`issuers/register.py`): public, with its day; what else was written is not."""

CHECKS: dict[str, Text] = {
    "document": Text("Cả tệp", "The whole file"),
    "procedure": Text("Quy trình", "Procedure"),
    "roles": Text("Vai trò bắt buộc", "Required roles"),
    "format": Text("Định dạng chữ ký", "Format of the signature"),
    "integrity": Text("Tính toàn vẹn", "Integrity"),
    "algorithms": Text("Thuật toán", "Algorithms"),
    "coverage": Text("Phạm vi chữ ký", "Coverage"),
    "changes": Text("Thay đổi sau khi ký", "Changes after signing"),
    "path": Text("Đường dẫn chứng thư", "Certification path"),
    "existence": Text("Thời điểm tồn tại", "Proof of existence"),
    "certificate": Text("Chứng thư", "Certificate"),
    "revocation": Text("Thu hồi chứng thư", "Revocation of certificates"),
    "key": Text("Khóa", "Key"),
    "appointment": Text("Bổ nhiệm", "Appointment"),
    "issuer": Text("Nơi cấp", "Issuer"),
    "record": Text("Dữ liệu học bạ", "Record"),
    "register": Text("Sổ đăng ký học bạ", "Register of transcripts"),
    "qr": Text("Mã QR", "QR code"),
    "seal": Text("Chữ ký trong mã QR", "Signature in the QR code"),
}

LIMITS: dict[str, Text] = {
    "time": Text("thời gian xử lý", "processing time"),
    "cpu": Text("thời gian tính toán", "computing time"),
    "memory": Text("bộ nhớ", "memory"),
    "depth": Text("độ sâu cấu trúc", "depth of its structure"),
    "signatures": Text("số chữ ký", "number of signatures"),
    "revisions": Text("số lần cập nhật tệp", "number of revisions"),
    "objects": Text("số đối tượng trong tệp", "number of objects"),
    "streams": Text("lượng dữ liệu nén bên trong", "amount of compressed data inside"),
    "fields": Text("số trường biểu mẫu", "number of form fields"),
    "pages": Text("số trang", "number of pages"),
    "pixels": Text("kích thước ảnh", "size of a picture"),
    "codes": Text("số mã QR", "number of QR codes"),
    "answer": Text("lượng dữ liệu bên trong", "amount of data inside"),
}


def word(table: Mapping[Any, Text], code: str) -> Text:
    """The words for a code, or the code itself where the table has none."""
    return table.get(code) or Text(code, code)
