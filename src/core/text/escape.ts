/**
 * JSON may hold DEL and the C1 controls as they are, and a terminal that shows the text obeys them (U+009B begins an
 * escape sequence). They can stand between double quotes only, in YAML as printed here too, where `\u` means the same.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}
