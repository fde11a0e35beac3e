/**
 * JSON text in which a `message_id` of 16 digits or more stands as a number, as a platform writes it whose ids are of
 * type long. JavaScript has no number for it.
 */
export function toJson(body: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(body).replace(/"message_id":"(\d{16,})"/, '"message_id":$1');
}
