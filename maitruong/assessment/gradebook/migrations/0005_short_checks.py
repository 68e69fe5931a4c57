"""One short check a table. The server reads and prepares a table's checks anew for every statement that writes into it: with a
comparison for each column that was most of the cost of changing one mark. least and greatest pass over what is empty."""

from django.db import migrations

CHECKS = {
    "mark": """
      least(tx1, tx2, tx3, tx4, tx5, tx6, cd, gk, ck) >= -1 AND least(average, outcome, basis) >= 0
      AND greatest(tx1, tx2, tx3, tx4, tx5, tx6, cd, gk, ck, average) <= 100 AND outcome <= 1 AND basis <= 3
      AND term BETWEEN 1 AND 2""",
    "primarymark": """
      level BETWEEN 0 AND 2 AND test BETWEEN -1 AND 100 AND (test % 10 = 0 OR test = -1) AND moment BETWEEN 1 AND 4""",
    "qualitymark": """
      least(yeu_nuoc, nhan_ai, cham_chi, trung_thuc, trach_nhiem, tu_chu_tu_hoc, giao_tiep_hop_tac, giai_quyet_van_de,
            ngon_ngu, tinh_toan, khoa_hoc, cong_nghe, tin_hoc, tham_mi, the_chat) >= 0
      AND greatest(yeu_nuoc, nhan_ai, cham_chi, trung_thuc, trach_nhiem, tu_chu_tu_hoc, giao_tiep_hop_tac, giai_quyet_van_de,
            ngon_ngu, tinh_toan, khoa_hoc, cong_nghe, tin_hoc, tham_mi, the_chat) <= 2
      AND moment BETWEEN 1 AND 4""",
    "conduct": "least(term, level) >= 0 AND term <= 2 AND level <= 3",
    "result": """
      least(term, learning, learning_before, conduct) >= 0 AND greatest(learning, learning_before, conduct) <= 3
      AND term <= 2""",
}


def _one_check(table: str, check: str) -> str:
    return f"""
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'gradebook_{table}'::regclass AND contype = 'c' LOOP
    EXECUTE format('ALTER TABLE gradebook_{table} DROP CONSTRAINT %I', name);
  END LOOP;
END $$;
ALTER TABLE gradebook_{table} ADD CONSTRAINT {table}_in_range CHECK ({check});"""


class Migration(migrations.Migration):
    dependencies = [("gradebook", "0004_sheet_of_school")]

    operations = [
        migrations.RunSQL([_one_check(table, check) for table, check in CHECKS.items()], migrations.RunSQL.noop)
    ]
