"""What waits: proposals, challenges, and answers kept by Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Frozen copies, as in 0001. Instants and JSON are text.
WORDS = sa.String().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("proposer", WORDS, nullable=False),
        sa.Column("body", WORDS, nullable=False),
        sa.Column("body_sha256", WORDS, nullable=False),
        sa.Column("facts", WORDS, nullable=False),
        sa.Column("proposed_at", WORDS, nullable=False),
        sa.Column("expires_at", WORDS, nullable=True),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("decided_at", WORDS, nullable=True),
        sa.Column("decided_by", WORDS, nullable=True),
        sa.Column("made", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_proposals_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_issuer"), "proposals", ["issuer"], unique=False)
    op.create_index(op.f("ix_proposals_state"), "proposals", ["state"], unique=False)
    op.create_table(
        "challenges",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("secret_sha256", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=True),
        sa.Column("asked", WORDS, nullable=False),
        sa.Column("officer", WORDS, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", WORDS, nullable=False),
        sa.Column("proven_at", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_challenges_key")),
        sa.ForeignKeyConstraint(["officer"], ["officers.id"], name=op.f("fk_challenges_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_challenges_secret_sha256")),
    )
    op.create_index(op.f("ix_challenges_expires_at"), "challenges", ["expires_at"], unique=False)
    op.create_table(
        "answers",
        sa.Column("officer", WORDS, nullable=False),
        sa.Column("key_sha256", WORDS, nullable=False),
        sa.Column("request_sha256", WORDS, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", WORDS, nullable=True),
        sa.Column("at", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["officer"], ["officers.id"], name=op.f("fk_answers_officer")),
        sa.PrimaryKeyConstraint("officer", "key_sha256", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_at"), "answers", ["at"], unique=False)


def downgrade() -> None:
    for table in ("answers", "challenges", "proposals"):
        op.drop_table(table)
