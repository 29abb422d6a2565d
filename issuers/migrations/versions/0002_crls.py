"""CRLs: what is held of them, and the certificates that they list."""

import sqlalchemy as sa
from alembic import op

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
    with op.batch_alter_table("key_certificates") as batch:  # never written: what a CRL lists has its own table
        batch.drop_column("invalidity_date")
        batch.drop_column("held_since")


def downgrade() -> None:
    with op.batch_alter_table("key_certificates") as batch:
        batch.add_column(sa.Column("invalidity_date", WORDS, nullable=True))
        batch.add_column(sa.Column("held_since", WORDS, nullable=True))
    op.drop_table("revoked_certificates")
    op.drop_index(op.f("ix_crls_authority"), table_name="crls")
    op.drop_table("crls")
