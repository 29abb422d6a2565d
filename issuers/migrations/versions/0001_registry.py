"""The registry's first tables: issuers, officers, keys, appointments, anchors, transcripts, ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Frozen copies: what a release wrote must not change with `issuers/tables.py`. Instants, days and JSON are text.
WORDS = sa.String().with_variant(sa.TEXT(collation="C"), "postgresql")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "intermediates",
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_intermediates")),
    )
    op.create_table(
        "issuers",
        sa.Column("code", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("contact", WORDS, nullable=False),
        sa.Column("folded", WORDS, nullable=False),
        sa.Column("valid_from", WORDS, nullable=False),
        sa.Column("valid_until", WORDS, nullable=True),
        sa.Column("suspended_since", WORDS, nullable=True),
        sa.Column("registers_all_since", WORDS, nullable=True),
        sa.Column("succession_on", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_issuers")),
    )
    op.create_table(
        "ledger",
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("actor", WORDS, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("prev", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("body", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_hash")),
    )
    op.create_index(op.f("ix_ledger_issuer"), "ledger", ["issuer"], unique=False)
    op.create_table(
        "trust_anchors",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("use", WORDS, nullable=False),
        sa.Column("revocation", WORDS, nullable=False),
        sa.Column("admitted_at", WORDS, nullable=False),
        sa.Column("distrusted_at", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trust_anchors")),
    )
    op.create_table(
        "issuer_periods",
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("since", WORDS, nullable=False),
        sa.Column("until", WORDS, nullable=True),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("parent", WORDS, nullable=True),
        sa.Column("levels", WORDS, nullable=True),
        sa.Column("roles", WORDS, nullable=True),
        sa.Column("territory", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_issuer_periods_issuer")),
        sa.ForeignKeyConstraint(["parent"], ["issuers.code"], name=op.f("fk_issuer_periods_parent")),
        sa.PrimaryKeyConstraint("issuer", "seq", name=op.f("pk_issuer_periods")),
    )
    op.create_index(op.f("ix_issuer_periods_parent"), "issuer_periods", ["parent"], unique=False)
    op.create_table(
        "issuer_suspensions",
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("since", WORDS, nullable=False),
        sa.Column("until", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_issuer_suspensions_issuer")),
        sa.PrimaryKeyConstraint("issuer", "seq", name=op.f("pk_issuer_suspensions")),
    )
    op.create_table(
        "keys",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("use", WORDS, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("holder", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("historical", sa.Boolean(), nullable=False),
        sa.Column("proposal", WORDS, nullable=True),
        sa.Column("proposed_at", WORDS, nullable=False),
        sa.Column("admitted_at", WORDS, nullable=True),
        sa.Column("suspended_since", WORDS, nullable=True),
        sa.Column("retired_at", WORDS, nullable=True),
        sa.Column("revoked_at", WORDS, nullable=True),
        sa.Column("revocation_reason", WORDS, nullable=True),
        sa.Column("invalid_since", WORDS, nullable=True),
        sa.Column("proposed_invalid_since", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_keys_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_index(op.f("ix_keys_issuer"), "keys", ["issuer"], unique=False)
    op.create_index(op.f("ix_keys_use"), "keys", ["use"], unique=False)
    op.create_table(
        "officers",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("role", WORDS, nullable=False),
        sa.Column("token_sha256", WORDS, nullable=False),
        sa.Column("valid_until", WORDS, nullable=True),
        sa.Column("added_at", WORDS, nullable=False),
        sa.Column("added_by", WORDS, nullable=False),
        sa.Column("withdrawn_at", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_officers_issuer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_officers_token_sha256")),
    )
    op.create_index(op.f("ix_officers_issuer"), "officers", ["issuer"], unique=False)
    op.create_table(
        "registry",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ministry", WORDS, nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ministry"], ["issuers.code"], name=op.f("fk_registry_ministry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry")),
    )
    op.create_table(
        "successions",
        sa.Column("predecessor", WORDS, nullable=False),
        sa.Column("successor", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["predecessor"], ["issuers.code"], name=op.f("fk_successions_predecessor")),
        sa.ForeignKeyConstraint(["successor"], ["issuers.code"], name=op.f("fk_successions_successor")),
        sa.PrimaryKeyConstraint("predecessor", "successor", name=op.f("pk_successions")),
    )
    op.create_index(op.f("ix_successions_successor"), "successions", ["successor"], unique=False)
    op.create_table(
        "transcripts",
        sa.Column("number", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("record_digest", WORDS, nullable=False),
        sa.Column("level", WORDS, nullable=False),
        sa.Column("issued_on", WORDS, nullable=False),
        sa.Column("registered_at", WORDS, nullable=False),
        sa.Column("reason_code", WORDS, nullable=True),
        sa.Column("amendment", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_transcripts_issuer")),
        sa.PrimaryKeyConstraint("number", "version", name=op.f("pk_transcripts")),
    )
    op.create_table(
        "withdrawals",
        sa.Column("number", WORDS, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.Column("reason_code", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("decision_no", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_withdrawals_issuer")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_withdrawals")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("issuer", WORDS, nullable=False),
        sa.Column("role", WORDS, nullable=False),
        sa.Column("capacity", WORDS, nullable=False),
        sa.Column("decision_no", WORDS, nullable=False),
        sa.Column("levels", WORDS, nullable=True),
        sa.Column("valid_from", WORDS, nullable=False),
        sa.Column("valid_until", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["issuer"], ["issuers.code"], name=op.f("fk_appointments_issuer")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_appointments_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_issuer"), "appointments", ["issuer"], unique=False)
    op.create_index(op.f("ix_appointments_key"), "appointments", ["key"], unique=False)
    op.create_table(
        "key_certificates",
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("chain", WORDS, nullable=False),
        sa.Column("added_at", WORDS, nullable=False),
        sa.Column("revoked_at", WORDS, nullable=True),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("invalidity_date", WORDS, nullable=True),
        sa.Column("invalid_since", WORDS, nullable=True),
        sa.Column("proposed_invalid_since", WORDS, nullable=True),
        sa.Column("held_since", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_key_certificates_key")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_key_certificates")),
    )
    op.create_index(op.f("ix_key_certificates_key"), "key_certificates", ["key"], unique=False)
    op.create_table(
        "key_states",
        sa.Column("key", WORDS, nullable=False),
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("since", WORDS, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_key_states_key")),
        sa.PrimaryKeyConstraint("key", "seq", name=op.f("pk_key_states")),
    )
    op.create_table(
        "transcript_witnesses",
        sa.Column("number", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("sha256", WORDS, nullable=False),
        sa.Column("at", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["number", "version"],
            ["transcripts.number", "transcripts.version"],
            name=op.f("fk_transcript_witnesses_number"),
        ),
        sa.PrimaryKeyConstraint("number", "version", "kind", "sha256", name=op.f("pk_transcript_witnesses")),
    )
    op.create_index(op.f("ix_transcript_witnesses_sha256"), "transcript_witnesses", ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_transcript_witnesses_sha256"), table_name="transcript_witnesses")
    op.drop_table("transcript_witnesses")
    op.drop_table("key_states")
    op.drop_index(op.f("ix_key_certificates_key"), table_name="key_certificates")
    op.drop_table("key_certificates")
    op.drop_index(op.f("ix_appointments_key"), table_name="appointments")
    op.drop_index(op.f("ix_appointments_issuer"), table_name="appointments")
    op.drop_table("appointments")
    op.drop_table("withdrawals")
    op.drop_table("transcripts")
    op.drop_index(op.f("ix_successions_successor"), table_name="successions")
    op.drop_table("successions")
    op.drop_table("registry")
    op.drop_index(op.f("ix_officers_issuer"), table_name="officers")
    op.drop_table("officers")
    op.drop_index(op.f("ix_keys_use"), table_name="keys")
    op.drop_index(op.f("ix_keys_issuer"), table_name="keys")
    op.drop_table("keys")
    op.drop_table("issuer_suspensions")
    op.drop_index(op.f("ix_issuer_periods_parent"), table_name="issuer_periods")
    op.drop_table("issuer_periods")
    op.drop_table("trust_anchors")
    op.drop_index(op.f("ix_ledger_issuer"), table_name="ledger")
    op.drop_table("ledger")
    op.drop_table("issuers")
    op.drop_table("intermediates")
