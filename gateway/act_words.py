"""Public events in Vietnamese and English: one sentence for each act that may bear on a verdict.

`{what}` stands for the role of the key, or for the use of a trust anchor.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.vocabulary import Text
from issuers.event import Act

ACTS: Mapping[Act, Text] = {
    Act.REGISTRY_INITIALISED: Text("Sổ đăng ký được lập", "The registry was founded"),
    Act.ISSUER_ENROLLED: Text("Cơ sở được đưa vào sổ đăng ký", "The issuer entered the registry"),
    Act.ISSUER_CHANGED: Text("Thông tin hoặc phạm vi của cơ sở thay đổi", "The issuer's entry or scope was changed"),
    Act.ISSUER_SUCCEEDED: Text(
        "Cơ sở được sáp nhập, chia tách, đổi tên hoặc kết thúc hoạt động",
        "The issuer was merged, split, renamed or ended",
    ),
    Act.ISSUER_SUSPENDED: Text("Cơ sở bị tạm dừng", "The issuer was suspended"),
    Act.ISSUER_SUSPENSION_LIFTED: Text("Cơ sở hết bị tạm dừng", "The issuer's suspension was lifted"),
    Act.ANCHOR_ADMITTED: Text(
        "Một tổ chức chứng thực được thêm vào danh sách tin cậy", "A certification authority was admitted as trusted"
    ),
    Act.ANCHOR_DISTRUSTED: Text(
        "Một tổ chức chứng thực không còn được tin cậy", "A certification authority is trusted no longer"
    ),
    Act.KEY_ACTIVATED: Text("Khóa ký bắt đầu có hiệu lực ({what})", "A signing key became active ({what})"),
    Act.HISTORICAL_KEY_ADMITTED: Text(
        "Khóa ký cũ được ghi nhận vào sổ ({what})", "A former signing key was entered ({what})"
    ),
    Act.KEY_SUSPENDED: Text("Khóa ký bị tạm dừng ({what})", "A signing key was suspended ({what})"),
    Act.KEY_SUSPENSION_LIFTED: Text(
        "Khóa ký hết bị tạm dừng ({what})", "The suspension of a signing key was lifted ({what})"
    ),
    Act.KEY_RETIRED: Text("Khóa ký thôi dùng ({what})", "A signing key was retired ({what})"),
    Act.KEY_REVOKED: Text("Khóa ký bị thu hồi ({what})", "A signing key was revoked ({what})"),
    Act.KEY_INVALIDITY_DECIDED: Text(
        "Đã quyết định thời điểm khóa ký bị thu hồi mất hiệu lực ({what})",
        "It was decided since when a revoked signing key is invalid ({what})",
    ),
    Act.APPOINTMENT_MADE: Text("Có quyết định giao ký mới ({what})", "An appointment to sign was made ({what})"),
    Act.APPOINTMENT_ENDED: Text("Việc giao ký kết thúc ({what})", "An appointment to sign was ended ({what})"),
    Act.CERTIFICATE_ADDED: Text("Khóa ký có chứng thư mới ({what})", "A signing key got a new certificate ({what})"),
    Act.CERTIFICATE_REVOKED: Text("Chứng thư ký bị thu hồi ({what})", "A signing certificate was revoked ({what})"),
    Act.CERTIFICATE_INVALIDITY_DECIDED: Text(
        "Đã quyết định thời điểm chứng thư bị thu hồi mất hiệu lực ({what})",
        "It was decided since when a revoked certificate is invalid ({what})",
    ),
    Act.CRL_IMPORTED: Text(
        "Danh sách thu hồi mới có chứng thư của nơi cấp, hoặc bổ sung thông tin còn thiếu khi đó",
        "A new revocation list names a certificate of the issuer, or brings what was missing then",
    ),
}

UNSPECIFIED = Text("không rõ vai trò", "role not stated")
"""Of a key that holds no appointment here."""
