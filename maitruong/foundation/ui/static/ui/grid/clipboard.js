// Tables in and out of the clipboard. Spreadsheets give tab-separated text; word processors and web pages only HTML.

export function readTable(data) {
  const text = data.getData("text/plain");
  const html = data.getData("text/html");
  if (html && !text.includes("\t") && /<t[dr]\b/i.test(html)) {
    const rows = readHtml(html);
    if (rows.length) return rows;
  }
  return readTabs(text);
}

export function writeTable(data, rows) {
  data.setData("text/plain", rows.map((row) => row.map(quoted).join("\t")).join("\r\n"));
  const table = document.createElement("table");
  for (const row of rows) {
    const tr = table.insertRow();
    for (const value of row) tr.insertCell().textContent = value;
  }
  data.setData("text/html", table.outerHTML);
}

const quoted = (value) => (/[\t\n"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

function readHtml(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.querySelectorAll("tr")].map((tr) =>
    [...tr.cells].flatMap((cell) => [cell.textContent.trim(), ...Array(cell.colSpan - 1).fill("")]));
}

// A cell with a line break or a tab inside comes in quotes, with quotes doubled.
function readTabs(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (source === "") return text === "" ? [] : [[""]];
  const rows = [[]];
  let value = "";
  let inside = false;
  const close = () => {
    rows.at(-1).push(value);
    value = "";
  };
  for (let at = 0; at < source.length; at++) {
    const sign = source[at];
    if (inside && sign === '"' && source[at + 1] === '"') {
      value += '"';
      at++;
    } else if (sign === '"' && (inside || value === "")) {
      inside = !inside;
    } else if (!inside && sign === "\t") {
      close();
    } else if (!inside && sign === "\n") {
      close();
      rows.push([]);
    } else {
      value += sign;
    }
  }
  close();
  return rows;
}
