/** Tells of one thing: fields for programs and a sentence for people, or the sentence alone. */
interface Tell {
  (fields: object, sentence?: string): void;
  (sentence: string): void;
}

/** Where everything is logged, whatever becomes of the lines. */
export interface Logger {
  readonly fatal: Tell;
  readonly error: Tell;
  readonly warn: Tell;
  readonly info: Tell;
  readonly debug: Tell;
  readonly trace: Tell;
}
