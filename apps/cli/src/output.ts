import { styleText } from 'node:util'
import type { Output, World } from './context.ts'

// C0 and C1 drive the terminal, the others turn the direction of the text or break the line.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text of somebody else's, on one line and without anything that a terminal obeys. */
export function clean(text: unknown): string {
  return String(text)
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(unsafe, '\ufffd')
}

/** One line of JSON that is safe on a terminal too. */
export function json(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value).replace(unsafe, escaped)}\n`
}

/** Names and values in two columns; what has no value is left out. */
export function rows(pairs: readonly (readonly [name: string, value: unknown])[]): string {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== '')
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return known.map(([name, value]) => `${clean(name).padEnd(width)}  ${clean(value)}\n`).join('')
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

export function isColoured(output: Output, env: World['env']): boolean {
  return Boolean(output.isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** Styles text for an output; leaves it plain where that is no terminal, and under NO_COLOR. */
export function painter(output: Output, env: World['env']): (style: Style, text: string) => string {
  return isColoured(output, env)
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
}
