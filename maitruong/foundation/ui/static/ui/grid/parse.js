// What a hand typed or pasted, read by the kind of its column. The server decides; this only answers sooner.
// read(column, raw) gives {value, error}: value tidied ("7.50" is "7,5"), error a sentence or "".

const RANGE = "Điểm nhận từ 0 đến 10, ví dụ 7 hoặc 7,5.";
const DATE_LIKE = /^\d{1,4}[-/. ]([a-z]{3,}|\d{1,2}[-/. ]\d{1,4})([-/. ]\d{2,4})?$|^\d{1,2}-\d{1,2}$|^[a-z]{3,}-\d{1,2}$/i;

export function read(column, raw) {
  const text = raw.normalize("NFC").replace(/\s+/g, " ").trim();
  if (text === "") return fine("");
  return readers[column.kind](column, text);
}

const readers = {
  mark: readMark,
  integer: readInteger,
  choice: readChoice,
  text: readText,
  calc: (column, text) => fine(text),
};

const fine = (value) => ({ value, error: "" });
const wrong = (value, error) => ({ value, error });

function readAbsent(column, text) {
  if (!/^v$/i.test(text)) return null;
  return column.takesAbsent ? fine("V") : wrong("V", "Cột này không ghi vắng.");
}

function readMark(column, text) {
  const absent = readAbsent(column, text);
  if (absent) return absent;
  const found = /^(\d+)(?:[.,](\d*))?$/.exec(text);
  if (!found) return wrong(text, DATE_LIKE.test(text) ? `Bảng tính đã đổi điểm thành ngày. ${RANGE}` : RANGE);
  const whole = Number(found[1]);
  const decimals = (found[2] ?? "").replace(/0+$/, "");
  const value = decimals ? `${whole},${decimals}` : String(whole);
  if (decimals.length > 1) return wrong(value, "Làm tròn đến một chữ số sau dấu phẩy, ví dụ 7,5.");
  if (whole > 10 || (whole === 10 && decimals)) return wrong(value, RANGE + hint(whole, decimals));
  return fine(value);
}

// 75 is nearly always 7,5 typed in a hurry: say so, never guess.
function hint(whole, decimals) {
  return !decimals && whole > 19 && whole < 100 ? ` Có phải ${Math.floor(whole / 10)},${whole % 10}?` : "";
}

function readInteger(column, text) {
  const absent = readAbsent(column, text);
  if (absent) return absent;
  const sentence = `Nhận số nguyên từ 0 đến ${column.max}.`;
  if (!/^\d+$/.test(text)) return wrong(text, sentence);
  const value = String(Number(text));
  return Number(text) > column.max ? wrong(value, sentence) : fine(value);
}

// "cd", "CĐ", "chưa đạt" and, when no other code begins so, "c" all mean CĐ.
function readChoice(column, text) {
  const wanted = fold(text);
  const codes = column.choices.map(([code]) => code);
  const exact = column.choices.find(([code]) => code.toLowerCase() === text.toLowerCase())
    ?? column.choices.find(([code, words]) => fold(code) === wanted || fold(words) === wanted);
  if (exact) return fine(exact[0]);
  const absent = readAbsent(column, text);
  if (absent) return absent;
  const begun = codes.filter((code) => fold(code).startsWith(wanted));
  if (begun.length === 1) return fine(begun[0]);
  return wrong(text, `Nhận ${column.choices.map(([code, words]) => `${code} (${words})`).join(", ")}.`);
}

function readText(column, text) {
  return text.length > column.max ? wrong(text, `Dài ${text.length} chữ, chỉ nhận tới ${column.max} chữ.`) : fine(text);
}

function fold(text) {
  return text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}
