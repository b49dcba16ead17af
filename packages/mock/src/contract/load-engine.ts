import { readInstalledDocument } from './document.ts'
import type { Engine } from './engine.ts'
import { createPrismEngine } from './prism.ts'

let installed: Promise<Engine> | undefined

/**
 * Loads the engine for a document, or for the installed spec.
 *
 * The engine for the installed spec is made once per process, because it holds no state of any one mock. Rejects with a
 * TypeError for a document that cannot be used, and with an Error with the code `STALE_SPEC` as
 * {@link readInstalledDocument} does.
 */
export function loadEngine(document: object | undefined): Promise<Engine> {
  if (document === undefined) {
    installed ??= readInstalledDocument().then(createPrismEngine)
    return installed
  }
  return createPrismEngine(document).catch((cause: unknown) => {
    const [reason] = String(cause instanceof Error ? cause.message : cause).split('\n')
    throw new TypeError(`The document cannot be used: ${reason}`, { cause })
  })
}
