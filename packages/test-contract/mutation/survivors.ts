/** The mutants that no judge kills, by name, each with the reason why none should. */
export const survivors: Readonly<Record<string, string>> = {
  'dialect dropped':
    'The document uses no keyword that means something else in draft-07. The dialect is declared for the first that does.',
}
