"""CRLs: what is held of them, and the certificates that they list."""

import sqlalchemy as sa
from alembic import op
from cryptography import x509

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Frozen copies, as in 0001. Instants are text.
WORDS = sa.String().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "crls",
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("authority", WORDS, nullable=False),
        sa.Column("this_update", WORDS, nullable=False),
        sa.Column("next_update", WORDS, nullable=True),
        sa.Column("expired_since", WORDS, nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("imported_at", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_crls")),
    )
    op.create_index(op.f("ix_crls_authority"), "crls", ["authority"], unique=False)
    op.create_table(
        "revoked_certificates",
        sa.Column("serial", WORDS, nullable=False),
        sa.Column("authority", WORDS, nullable=False),
        sa.Column("revoked_at", WORDS, nullable=True),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("invalidity_date", WORDS, nullable=True),
        sa.Column("held_since", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("serial", "authority", name=op.f("pk_revoked_certificates")),
    )
    with op.batch_alter_table("key_certificates") as batch:
        batch.drop_column("invalidity_date")  # never written: what a CRL lists has a table of its own
        batch.drop_column("held_since")
        batch.add_column(sa.Column("serial", WORDS, nullable=True))
    connection = op.get_bind()
    for sha256, der in connection.execute(sa.text("SELECT sha256, der FROM key_certificates")).all():
        serial = f"{x509.load_der_x509_certificate(bytes(der)).serial_number:x}"
        named = {"serial": serial, "sha256": sha256}
        connection.execute(sa.text("UPDATE key_certificates SET serial = :serial WHERE sha256 = :sha256"), named)
    with op.batch_alter_table("key_certificates") as batch:
        batch.alter_column("serial", existing_type=WORDS, nullable=False)
    op.create_index(op.f("ix_key_certificates_serial"), "key_certificates", ["serial"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_key_certificates_serial"), table_name="key_certificates")
    with op.batch_alter_table("key_certificates") as batch:
        batch.drop_column("serial")
        batch.add_column(sa.Column("invalidity_date", WORDS, nullable=True))
        batch.add_column(sa.Column("held_since", WORDS, nullable=True))
    op.drop_table("revoked_certificates")
    op.drop_index(op.f("ix_crls_authority"), table_name="crls")
    op.drop_table("crls")
