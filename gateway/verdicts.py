"""The four verdicts in Vietnamese and English: what each means, and what to do next."""

from __future__ import annotations

from typing import NamedTuple

from gateway.vocabulary import Text
from verify.report import Verdict


class Saying(NamedTuple):
    """What a code means, and what to do next."""

    means: Text
    todo: Text


VERDICTS: dict[Verdict, Saying] = {
    Verdict.VALID: Saying(
        Text(
            "Học bạ này hợp lệ: được ký bởi người và cơ quan có thẩm quyền, nội dung còn nguyên vẹn từ khi ký.",
            "This transcript is valid: persons and organisations with authority signed it, and nothing changed since.",
        ),
        Text(
            "Có thể tiếp nhận. Hãy đối chiếu họ tên, ngày sinh với giấy tờ tùy thân của học sinh; nếu có bản in, đối "
            "chiếu điểm trên bản in với điểm hiển thị ở đây.",
            "You may accept it. Compare name and date of birth with the pupil's identity card; if there is a printout, "
            "compare its grades with those shown here.",
        ),
    ),
    Verdict.SUPERSEDED: Saying(
        Text(
            "Học bạ này là thật nhưng không còn là phiên bản mới nhất.",
            "This transcript is authentic, but it is no longer the newest version.",
        ),
        Text(
            "Chưa tiếp nhận bản này. Đề nghị người nộp cung cấp phiên bản mới nhất do nhà trường cấp.",
            "Do not accept this version. Ask for the newest one, which the school has issued.",
        ),
    ),
    Verdict.INDETERMINATE: Saying(
        Text(
            "Chưa xác nhận được học bạ này: còn thiếu một căn cứ cần thiết để tiếp nhận.",
            "This transcript cannot be confirmed yet: something needed to accept it is missing.",
        ),
        Text(
            "Chưa tiếp nhận, cũng chưa kết luận là giả; hãy bổ sung căn cứ còn thiếu.",
            "Do not accept it, and do not call it false; the missing ground has to be supplied.",
        ),
    ),
    Verdict.INVALID: Saying(
        Text("Tệp này không hợp lệ, không thể tiếp nhận làm học bạ.", "This file is not valid as a transcript."),
        Text("Không tiếp nhận tệp này.", "Do not accept this file."),
    ),
}

ON_PAPER: dict[Verdict, Saying] = VERDICTS | {
    Verdict.VALID: Saying(
        Text(
            "Mã QR này là của nhà trường: họ tên và điểm hiển thị ở đây do nhà trường ký và đã đăng ký. Bản giấy tự nó "
            "không chứng minh điều gì.",
            "This QR code is the school's own: it has signed and registered the name and grades shown here. The paper "
            "itself proves nothing.",
        ),
        Text(
            "Chỉ tiếp nhận nếu bản giấy khớp với những gì hiển thị ở đây.",
            "Accept the paper only if it agrees with what is shown here.",
        ),
    ),
    Verdict.INVALID: Saying(
        Text("Mã QR này không hợp lệ, không thể tiếp nhận làm học bạ.", "This QR code is not valid as a transcript."),
        Text("Không tiếp nhận bản giấy này.", "Do not accept this paper."),
    ),
}
"""The same of a QR code that was judged alone."""
