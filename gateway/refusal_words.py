"""Why the registry says no, in Vietnamese and English: one title for each code of `issuers/refusals.py`."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.vocabulary import Text
from issuers.refusals import Conflict, Forbidden, NotThere, Refusal, Refused, Why

STATUS: Mapping[type[Refusal], int] = {Refused: 422, Conflict: 409, Forbidden: 403, NotThere: 404}

DETAILS: Mapping[int, Text] = {
    422: Text(
        "Hãy sửa trường được nêu tên rồi gửi lại; chưa có gì được thay đổi.",
        "Correct the field that is named and send it again; nothing was changed.",
    ),
    409: Text(
        "Hãy xem lại tình trạng hiện tại trong sổ đăng ký rồi quyết định; chưa có gì được thay đổi.",
        "Look at how things stand in the registry now, then decide; nothing was changed.",
    ),
    403: Text(
        "Việc này thuộc thẩm quyền của cán bộ khác; chưa có gì được thay đổi.",
        "This is for another officer to do; nothing was changed.",
    ),
    404: Text(
        "Hãy kiểm tra lại mã; có thể bạn không được xem mục này.",
        "Check the identifier; it may also be something that you may not see.",
    ),
}

TITLES: Mapping[Why, Text] = {
    Why.AMENDMENT_MISSING: Text("Phiên bản sửa thiếu căn cứ sửa đổi", "A corrected version must say why"),
    Why.AMENDMENT_UNASKED: Text("Phiên bản đầu không có sửa đổi", "A first version has no amendment"),
    Why.BODY_UNREADABLE: Text("Không đọc được nội dung gửi lên", "The body cannot be read"),
    Why.CAPACITY_NOT_FOR_ROLE: Text("Tư cách ký không hợp với vai trò", "The capacity does not fit the role"),
    Why.CERTIFICATE_EXPIRED: Text("Chứng thư đã hết hạn", "The certificate has expired"),
    Why.CERTIFICATE_IS_CA: Text("Đây là chứng thư của tổ chức chứng thực", "This is a CA's certificate"),
    Why.CERTIFICATE_MISSING: Text("Thiếu chứng thư", "The certificate is missing"),
    Why.CERTIFICATE_NOT_A_CA: Text("Đây không phải chứng thư của tổ chức chứng thực", "This is no CA certificate"),
    Why.CERTIFICATE_OF_ANOTHER_KEY: Text("Chứng thư thuộc về khóa khác", "The certificate is another key's"),
    Why.CERTIFICATE_OUTSIDE_INTERVAL: Text(
        "Chứng thư không có hiệu lực trong khoảng thời gian đó", "The certificate was not in force in that interval"
    ),
    Why.CERTIFICATE_UNREADABLE: Text("Không đọc được chứng thư", "This is no certificate that can be read"),
    Why.CHAIN_TOO_LONG: Text("Chuỗi chứng thư quá dài", "The certificate chain is too long"),
    Why.CHALLENGE_OF_ANOTHER: Text("Đây không phải trang thử thách của khóa này", "This is not this key's challenge"),
    Why.CHILD_OF_ANOTHER: Text("Cơ sở này không trực thuộc", "This is no child of the issuer"),
    Why.CHILD_WITHOUT_PARENT: Text("Một cơ sở trực thuộc chưa có cấp trên mới", "A child is left without a parent"),
    Why.CRL_INDIRECT: Text("Danh sách thu hồi gián tiếp không dùng được", "Indirect CRLs are not taken"),
    Why.CRL_OF_THE_FUTURE: Text("Danh sách thu hồi đề ngày trong tương lai", "The CRL is of the future"),
    Why.CRL_SIGNER_UNKNOWN: Text("Không rõ ai ký danh sách thu hồi", "The CRL's signer is not known"),
    Why.CRL_TOO_LARGE: Text("Danh sách thu hồi quá lớn", "The CRL is too large"),
    Why.CRL_UNREADABLE: Text("Không đọc được danh sách thu hồi", "This is no CRL that can be read"),
    Why.DATES_REVERSED: Text("Ngày bị đảo ngược", "The dates are reversed"),
    Why.DECISION_MISSING: Text("Thiếu số quyết định", "The decision number is missing"),
    Why.EFFECT_IN_THE_PAST: Text("Ngày hiệu lực đã qua", "The day of effect has passed"),
    Why.HOLDER_MISSING: Text("Thiếu tên người giữ khóa", "The holder's name is missing"),
    Why.IDEMPOTENCY_REUSED: Text(
        "Idempotency-Key đã dùng cho yêu cầu khác", "This Idempotency-Key was used for another call"
    ),
    Why.INTERVAL_NOT_PAST: Text("Khoảng thời gian phải nằm trọn trong quá khứ", "The interval must lie in the past"),
    Why.INVALID_SINCE_LATE: Text("`invalid_since` phải trước lúc thu hồi", "`invalid_since` must precede revocation"),
    Why.ITEM_REPEATED: Text("Một mục bị lặp lại", "An item is repeated"),
    Why.ITEMS_TOO_MANY: Text("Quá nhiều mục trong một lần gửi", "Too many items in one call"),
    Why.KEY_ENCODING: Text("Khóa không ở dạng mã hóa chuẩn", "The key is not in its canonical encoding"),
    Why.KEY_KIND: Text("Loại khóa này không được chấp nhận", "Keys of this kind are not admitted"),
    Why.KEY_TOO_LARGE: Text("Khóa quá dài", "The key is too large"),
    Why.KEY_UNREADABLE: Text("Không đọc được khóa công khai", "The public key cannot be read"),
    Why.KEY_USAGE: Text("Chứng thư không dùng để ký", "The certificate is not for signing"),
    Why.KEY_WEAK: Text("Khóa yếu", "The key is weak"),
    Why.KIND_NOT_UNDER_PARENT: Text("Loại cơ sở không hợp với cấp trên", "This kind does not belong under that parent"),
    Why.MALFORMED: Text("Một trường thiếu hoặc sai dạng", "A field is missing or malformed"),
    Why.MINISTRY_STAYS: Text("Bộ chỉ có thể đổi tên", "The ministry can only be renamed"),
    Why.NO_PATH_TO_ANCHOR: Text(
        "Chứng thư không nối được tới nơi được tin cậy", "The certificate leads to no trusted authority"
    ),
    Why.PROOF_WRONG: Text("Chữ ký thử thách không phải của khóa này", "The challenge was not signed by this key"),
    Why.REASON_NOT_FOR_THIS: Text("Lý do không dùng được ở đây", "The reason does not apply here"),
    Why.ROLE_NOT_FOR_KIND: Text("Vai trò không hợp với loại cơ sở", "The role does not fit this kind of issuer"),
    Why.SCOPE_TOO_WIDE: Text("Phạm vi rộng hơn của cấp trên", "The scope is wider than the superior's"),
    Why.SIGNATURE_WEAK: Text("Chứng thư được ký bằng thuật toán yếu", "The certificate is signed weakly"),
    Why.SUCCESSION_NAMELESS: Text("Đổi tên thì cần tên mới, và chỉ khi đó", "A rename, and only that, has a new name"),
    Why.SUCCESSOR_NOT_OF_KIND: Text("Cơ sở kế thừa không cùng loại", "The successor is of another kind"),
    Why.SUCCESSORS_NUMBER: Text("Số cơ sở kế thừa không đúng", "The number of successors is wrong"),
    Why.UNKNOWN_FIELD: Text("Có trường không rõ", "A field is unknown"),
    Why.UNKNOWN_ISSUER: Text("Sổ đăng ký không có cơ sở này", "The registry has no such issuer"),
    Why.USE_NOT_FOR_ROLE: Text("Công dụng khóa không hợp với vai trò", "The key's use does not fit the role"),
    Why.ALREADY_SO: Text("Đã như vậy rồi", "It is so already"),
    Why.ANCHOR_DISTRUSTED: Text("Nơi chứng thực không còn được tin cậy", "The anchor is distrusted"),
    Why.BODY_CHANGED: Text("Nội dung đề nghị đã khác", "The proposal's body is not what was proposed"),
    Why.CHALLENGE_EXPIRED: Text("Thử thách đã hết hạn", "The challenge has expired"),
    Why.FACTS_CHANGED: Text("Tình hình đã thay đổi từ lúc đề nghị", "Facts have changed since the proposal"),
    Why.INTERVAL_NOT_SHORTER: Text("Ngày kết thúc phải sớm hơn", "The end must be earlier than it is"),
    Why.ISSUER_ENDED: Text("Cơ sở đã chấm dứt hoạt động", "The issuer has ended"),
    Why.ISSUER_EXISTS: Text("Mã cơ sở đã có", "The issuer's code is taken"),
    Why.ISSUER_SUSPENDED: Text("Cơ sở đang bị tạm dừng", "The issuer is suspended"),
    Why.ITEM_DIFFERS: Text("Mục đã đăng ký với nội dung khác", "The item is registered otherwise"),
    Why.KEY_COMPROMISED: Text("Khóa đã bị lộ, không bao giờ dùng lại được", "The key is compromised, for ever"),
    Why.KEY_KNOWN: Text("Khóa đã có trong sổ đăng ký", "The key is in the registry already"),
    Why.KEY_OF_ANOTHER_KIND: Text("Khóa đã dùng cho loại vai trò khác", "The key serves another kind of role"),
    Why.KEY_SHARED: Text("Khóa con dấu không dùng chung", "Two issuers never share a seal's key"),
    Why.KEY_STATE: Text("Trạng thái của khóa không cho phép", "The key's state does not allow it"),
    Why.KID_TAKEN: Text("Mã ngắn của khóa đã có khóa khác dùng", "Another key has the same short id"),
    Why.NOTHING_PROPOSED: Text("Không có gì đang chờ quyết định", "Nothing waits to be decided"),
    Why.NUMBER_OF_ANOTHER: Text("Số học bạ thuộc cơ sở khác", "The number is another issuer's"),
    Why.PROPOSAL_DECIDED: Text("Đề nghị đã được quyết định", "The proposal has been decided"),
    Why.PROPOSAL_EXPIRED: Text("Đề nghị đã hết hạn", "The proposal has expired"),
    Why.PROPOSER_GONE: Text("Người đề nghị không còn quyền đề nghị", "The proposer may propose no longer"),
    Why.REGISTRY_EXISTS: Text("Sổ đăng ký đã có", "The registry exists already"),
    Why.REVOCATION_STANDS: Text("Việc thu hồi giữ nguyên", "The revocation stands as it is"),
    Why.SUCCESSION_PENDING: Text("Đã có việc kế thừa chờ hiệu lực", "A succession is pending already"),
    Why.TOKEN_KNOWN: Text("Mã truy cập đã từng được dùng", "The token was used before"),
    Why.WITHDRAWN: Text("Học bạ đã bị thu hồi", "The transcript is withdrawn"),
    Why.BROUGHT_IN: Text(
        "Người đề nghị mới đưa bạn vào trong vòng 24 giờ", "The proposer brought you in within 24 hours"
    ),
    Why.NOT_SUPERIOR: Text("Chỉ cán bộ của cấp trên được quyết định", "Only an officer of a superior may decide"),
    Why.NOT_YOURS: Text("Không thuộc phạm vi của bạn", "This is not in your tree"),
    Why.OWN_PROPOSAL: Text("Không được tự quyết định đề nghị của mình", "Nobody decides on a proposal of his own"),
    Why.ROLE_INSUFFICIENT: Text("Vai trò của bạn không đủ quyền", "Your role does not allow this"),
    Why.TOKEN_SUSPENDED: Text(
        "Cơ sở bị tạm dừng chỉ được xem, tạm dừng và thu hồi", "A suspended issuer may only read, suspend and revoke"
    ),
    Why.NOT_THERE: Text("Không có mục này", "There is no such thing"),
}


def slug(why: Why) -> str:
    """The code as a problem's type names it."""
    return why.value.replace("_", "-")


def usual_status(why: Why) -> int:
    """The status that a code mostly has: at approval what was content is state."""
    order = [*Why]
    bounds = ((Why.ALREADY_SO, 422), (Why.BROUGHT_IN, 409), (Why.NOT_THERE, 403))
    return next((status for first, status in bounds if order.index(why) < order.index(first)), 404)
