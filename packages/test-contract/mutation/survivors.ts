/** Mutants that no test kills, by name, each with the reason why none should. */
export const survivors: Readonly<Record<string, string>> = {
  'dialect dropped':
    'No keyword of the document means anything else in draft-07. The line is there for the next who writes one that does.',
}
