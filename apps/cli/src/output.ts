import { styleText } from 'node:util'
import type { Output, World } from './context.ts'

// C0 and C1 characters control the terminal; the others reverse the direction of text or break the line.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Makes text from outside safe to print: on one line, without control characters. */
export function clean(text: unknown): string {
  return String(text)
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(unsafe, '\ufffd')
}

/** Formats a value as one line of JSON, safe to print on a terminal. */
export function json(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value).replace(unsafe, escaped)}\n`
}

/** A name and its value. */
export type Row = readonly [name: string, value: unknown]

/** Formats names and values in two columns; leaves out a name without a value. */
export function formatRows(rows: readonly Row[]): string {
  const filled = rows.filter(([, value]) => value !== undefined && value !== null && value !== '')
  const width = Math.max(0, ...filled.map(([name]) => name.length))
  return filled.map(([name, value]) => `${clean(name).padEnd(width)}  ${clean(value)}\n`).join('')
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

export function isColoured(output: Output, env: World['env']): boolean {
  return Boolean(output.isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** Creates a function that styles text for an output, or leaves it plain: under `NO_COLOR`, or if the output is not a terminal. */
export function painter(output: Output, env: World['env']): (style: Style, text: string) => string {
  return isColoured(output, env)
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
}
