import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { copingWith } from '@digame/client/coping'
import {
  type Allowance,
  AllowListError,
  compareWithVendor,
  parseAllowList,
  sortDifferences,
  VendorDocumentError,
} from '@digame/spec-diff'
import type { Context } from '../../context.ts'
import { Ended, UsageError } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import { json, painter } from '../../output.ts'
import { nameOf, readDocument } from '../../read-document.ts'
import { type ClientDifference, differencesText, summary } from '../../show-differences.ts'

export interface DiffFlags {
  readonly allow?: string
  readonly strict?: boolean
  readonly json?: boolean
}

/** Shows how a document of the vendor differs from our spec, and whether the client copes. */
export async function diff(this: Context, flags: DiffFlags, source: string): Promise<void> {
  const { stdout, stderr, env } = this
  const shipped = flags.strict ? [] : parseAllowList(await readFile(shippedList(), 'utf8'))
  const own = flags.allow === undefined ? [] : await readAllowList(this, flags.allow)
  const differences = compare(source, await readDocument(source, this))
  const sorted = sortDifferences(differences, [...shipped, ...own], ({ clientCopes }) => clientCopes)
  const { unknown, known, unused } = sorted
  if (flags.json) {
    const allowed = known.map(({ difference, reason }) => ({ ...difference, reason }))
    stdout.write(json({ differences: unknown, known: allowed, unused }))
  } else {
    stdout.write(differencesText(unknown, painter(stdout, env)))
    stderr.write(summary(sorted, own))
  }
  if (unknown.length > 0) throw new Ended(exitCodes.failure)
}

const shippedList = (): string =>
  createRequire(import.meta.url).resolve('@digame/spec-diff/compat-allow.yaml')

async function readAllowList(context: Context, path: string): Promise<readonly Allowance[]> {
  const text = await readDocument(path, context)
  try {
    return parseAllowList(text)
  } catch (error) {
    if (!(error instanceof AllowListError)) throw error
    throw new UsageError(`--allow ${nameOf(path)}: ${error.message}`, 'ALLOW_LIST')
  }
}

function compare(source: string, text: string): readonly ClientDifference[] {
  try {
    return compareWithVendor(text).map((difference) => {
      const { body: _, ...rest } = difference
      return { ...rest, ...copingWith(difference) }
    })
  } catch (error) {
    if (!(error instanceof VendorDocumentError)) throw error
    throw new UsageError(`${nameOf(source)}: ${error.message}`, error.code)
  }
}
