/** The segments of a path, its variables without their names: `/v1/call/{id}` is `v1`, `call`, `{}`. */
export const segmentsOf = (path: string): readonly string[] =>
  path
    .replace(/\{[^{}]*\}/g, '{}')
    .replace(/^\//, '')
    .split('/')

/** What two paths have in common that differ only in the names of their variables. */
export const templateOf = (path: string): string => `/${segmentsOf(path).join('/')}`

/** What two paths have in common that also differ in their version or in a slash at the end. */
export const gistOf = (path: string): string =>
  templateOf(path)
    .replace(/^(\/api)?(\/v\d+)?/i, '')
    .replace(/\/+$/, '')
    .toLowerCase()
