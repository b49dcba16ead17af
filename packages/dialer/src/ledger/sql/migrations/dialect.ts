/** What a store's own SQL adds to the migrations. */
export interface Dialect {
  /** Type of a column with ids that the store assigns, as primary key. */
  readonly id: string
  /** Type of whole numbers up to 2 ** 53. */
  readonly int: string
  /** Comes after a table's closing parenthesis. */
  readonly tableOptions: string
  /** Statements that the store needs before its first table. */
  readonly before: readonly string[]
}

/** The statements of one change of the schema, in order. */
export type Migration = (dialect: Dialect) => readonly string[]
