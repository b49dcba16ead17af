import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import {
  type Allowance,
  AllowListError,
  compareWithVendor,
  type Difference,
  parseAllowList,
  sortDifferences,
  VendorDocumentError,
} from '@digame/spec-diff'
import type { Context } from '../../context.ts'
import { Ended, UsageError } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import { json, painter } from '../../output.ts'
import { nameOf, readDocument } from '../../read-document.ts'
import { differencesText, summary } from '../../show-differences.ts'

export interface DiffFlags {
  readonly allow?: string
  readonly strict?: boolean
  readonly json?: boolean
}

/** Tells what a document of the vendor has other than the spec that everything here is made of. */
export async function diff(this: Context, flags: DiffFlags, source: string): Promise<void> {
  const { stdout, stderr, env } = this
  const allowances = [
    ...(flags.strict ? [] : parseAllowList(await readFile(shippedList(), 'utf8'))),
    ...(flags.allow === undefined ? [] : await ownList(this, flags.allow)),
  ]
  const sorted = sortDifferences(compare(source, await readDocument(source, this)), allowances)
  const { unknown, known, unused } = sorted
  if (flags.json) {
    const told = known.map(({ difference, reason }) => ({ ...difference, reason }))
    stdout.write(json({ differences: unknown, known: told, unused }))
  } else {
    stdout.write(differencesText(unknown, painter(stdout, env)))
    stderr.write(summary(sorted))
  }
  if (unknown.length > 0) throw new Ended(exitCodes.failure)
}

const shippedList = (): string =>
  createRequire(import.meta.url).resolve('@digame/spec-diff/compat-allow.yaml')

async function ownList(context: Context, path: string): Promise<readonly Allowance[]> {
  const text = await readDocument(path, context)
  try {
    return parseAllowList(text)
  } catch (error) {
    if (!(error instanceof AllowListError)) throw error
    throw new UsageError(`--allow ${nameOf(path)}: ${error.message}`, 'ALLOW_LIST')
  }
}

function compare(source: string, text: string): readonly Difference[] {
  try {
    return compareWithVendor(text)
  } catch (error) {
    if (!(error instanceof VendorDocumentError)) throw error
    throw new UsageError(`${nameOf(source)}: ${error.message}`, error.code)
  }
}
