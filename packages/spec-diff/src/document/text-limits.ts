import { VendorDocumentError } from '../errors.ts'

/** Brackets that may be open at once. */
const mostOpen = 500
/** Indicators (`-`, `?`, `:`) that may follow each other on a line, and anchors and tags on one value. */
const longestRun = 200
/** Anchors and aliases in all. */
const mostAliases = 50_000

/**
 * Refuses YAML on which the parser would spend minutes or gigabytes, by its tokens alone and in one pass. It does not
 * know what is quoted, so its limits are far above what anybody writes. @throws VendorDocumentError
 */
export function refuseCostly(text: string): void {
  let [open, indicators, properties, aliases, commas] = [0, 0, 0, 0, 0]
  for (const [token] of text.matchAll(/[[\]{},\n]|[^\s[\]{},]+/g)) {
    const first = token[0] as string
    if (first === ',') commas++
    else if (first !== '\n') commas = 0
    if (first === '[' || first === '{') open++
    else if (first === ']' || first === '}') open = Math.max(0, open - 1)
    else if (first === '\n') indicators = 0
    else if (token === '-' || token === '?' || token === ':') indicators++
    else if (token.length > 1 && '&*!'.includes(first)) {
      properties++
      if (first !== '!') aliases++
      if (first === '*' && open > 0) properties = 0
    } else if (first !== ',' || open > 0) {
      indicators = 0
      properties = 0
    }
    if (open > mostOpen || indicators > longestRun || commas > longestRun)
      throw new VendorDocumentError('TOO_DEEP', 'The document is nested too deeply to be read.')
    if (properties > longestRun || aliases > mostAliases)
      throw new VendorDocumentError('ALIASES', 'The document has more anchors and aliases than are read.')
  }
}
