import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium as engine, type Page } from 'playwright-core'
import { vi } from 'vitest'
import type { TestDesk } from './desk.ts'

/** A browser of our own, unpacked for this run. */
export interface TestBrowser extends AsyncDisposable {
  /** Opens the page of a desk in a browser that knows nothing yet. */
  visit(desk: TestDesk, options?: BrowserContextOptions): Promise<Visit>
}

/** A page, and all that it did besides. */
export interface Visit {
  readonly page: Page
  /** Errors of the console and of the page, and violations of the content security policy. */
  readonly complaints: readonly string[]
  /** Where its requests went. */
  readonly origins: ReadonlySet<string>
}

const args = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function openBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'desk-browser-'))
  let browser: Browser | undefined
  const close = async (): Promise<void> => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    // It unpacks into the temporary folder, and takes half of a file that another run is unpacking for the whole.
    vi.stubEnv('TMPDIR', folder)
    browser = await engine.launch({ executablePath: await chromium.executablePath(), args, headless: true })
  } catch (error) {
    await close()
    throw error
  } finally {
    vi.unstubAllEnvs()
  }
  const { newContext } = browser

  return {
    async visit({ app }, options) {
      if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      const context = await newContext.call(browser, { locale: 'es-ES', ...options })
      context.setDefaultTimeout(10_000)
      const complaints: string[] = []
      const origins = new Set<string>()
      await context.exposeFunction('complain', (text: string) => complaints.push(text))
      await context.addInitScript(
        "addEventListener('securitypolicyviolation', ({ violatedDirective }) => complain(violatedDirective))",
      )
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text())
      })
      page.on('request', (request) => origins.add(new URL(request.url()).origin))
      await page.goto(`http://127.0.0.1:${port}`)
      return { page, complaints, origins }
    },
    [Symbol.asyncDispose]: close,
  }
}
