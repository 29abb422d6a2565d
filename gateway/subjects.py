"""Names of subjects by code, as they are printed: a QR code has no room for them (docs/qr.md has the same table).

Vietnamese in both languages: they are there to be found again on the paper.
"""

from __future__ import annotations

SUBJECTS = {
    "TOAN": "Toán",
    "TD": "Giáo dục thể chất",
    "VAN": "Ngữ văn",
    "ANH": "Ngoại ngữ 1 (Tiếng Anh)",
    "SU": "Lịch sử",
    "DIA": "Địa lí",
    "LI": "Vật lí",
    "HOA": "Hóa học",
    "SINH": "Sinh học",
    "TIN": "Tin học",
    "CN": "Công nghệ",
    "GDCD": "Giáo dục công dân",
    "KTPL": "Giáo dục kinh tế và pháp luật",
    "QPAN": "Giáo dục quốc phòng và an ninh",
    "HDTN": "Hoạt động trải nghiệm; hoạt động trải nghiệm, hướng nghiệp",
    "DP": "Nội dung giáo dục của địa phương",
    "NT": "Nghệ thuật",
    "AN": "Âm nhạc",
    "MT": "Mĩ thuật",
    "SD": "Lịch sử và Địa lí",
    "KHTN": "Khoa học tự nhiên",
    "TV": "Tiếng Việt",
    "DD": "Đạo đức",
    "TNXH": "Tự nhiên và Xã hội",
    "KH": "Khoa học",
    "THCN": "Tin học và Công nghệ",
    "TDT": "Tiếng dân tộc thiểu số",
    "PHAP": "Ngoại ngữ 1 (Tiếng Pháp)",
    "NGA": "Ngoại ngữ 1 (Tiếng Nga)",
    "TRUNG": "Ngoại ngữ 1 (Tiếng Trung Quốc)",
    "NHAT": "Ngoại ngữ 1 (Tiếng Nhật)",
    "HAN": "Ngoại ngữ 1 (Tiếng Hàn)",
    "DUC": "Ngoại ngữ 1 (Tiếng Đức)",
    "NN2": "Ngoại ngữ 2",
}


def named(code: str) -> str:
    """The name of a subject, or its code where the table has none."""
    return SUBJECTS.get(code, code)
