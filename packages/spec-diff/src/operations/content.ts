import { isRecord } from '@digame/internal'
import { member, objectAt, type Raw } from '../document/values.ts'

/** A content type in lower case, without parameters. */
const normalize = (type: string): string => type.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** Whether a content type is JSON, such as `application/json` or `application/problem+json`. */
export const isJson = (type: string): boolean => /^[^/]+\/([^/]+\+)?json$/.test(normalize(type))

/** The content types of a request or a response, and their schemas. */
export interface Content {
  readonly types: readonly string[]
  /** The schema of a content type, also if it is listed under a range such as `application/*`. */
  schemaOf(type: string): { readonly schema: unknown } | undefined
}

/** @throws VendorDocumentError */
export function contentOf(of: Raw, where: string): Content {
  const content = objectAt(of, 'content', where) ?? {}
  const keys = Object.keys(content)
  return {
    types: keys.map(normalize),
    schemaOf(type) {
      for (const range of [normalize(type), `${normalize(type).split('/')[0]}/*`, '*/*']) {
        const key = keys.find((one) => normalize(one) === range)
        if (key === undefined) continue
        const media = member(content, key)
        return { schema: isRecord(media) ? member(media, 'schema') : undefined }
      }
      return undefined
    },
  }
}
