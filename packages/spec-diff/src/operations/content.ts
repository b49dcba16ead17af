import { isObject, member, objectAt, type Raw } from '../document/document.ts'

/** A content type, in lower case and without parameters. */
const bare = (type: string): string => type.split(';', 1)[0]?.trim().toLowerCase() ?? ''

export const isJson = (type: string): boolean => /^[^/]+\/([^/]+\+)?json$/.test(bare(type))

/** What a request or an answer can consist of. */
export interface Content {
  readonly types: readonly string[]
  /** The schema under a type, also where it stands under a range such as `*` and `/` and `*`. */
  schema(type: string): { readonly schema: unknown } | undefined
}

/** @throws VendorDocumentError */
export function contentOf(of: Raw, where: string): Content {
  const content = objectAt(of, 'content', where) ?? {}
  const schemaUnder = (key: string | undefined): { readonly schema: unknown } | undefined => {
    const media = key === undefined ? undefined : member(content, key)
    return key === undefined ? undefined : { schema: isObject(media) ? member(media, 'schema') : undefined }
  }
  const keys = Object.keys(content)
  return {
    types: keys.map(bare),
    schema(type) {
      const ranges = [bare(type), `${bare(type).split('/')[0]}/*`, '*/*']
      return ranges.map((range) => schemaUnder(keys.find((key) => bare(key) === range))).find(Boolean)
    },
  }
}
