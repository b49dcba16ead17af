import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContextOptions, chromium as engine, type Page } from 'playwright-core'
import { vi } from 'vitest'
import type { TestDesk } from './desk.ts'

/** A browser that is unpacked for this run alone. */
export interface TestBrowser extends AsyncDisposable {
  /** Opens the page of a desk in a new browser context. */
  visit(desk: TestDesk, options?: BrowserContextOptions): Promise<Visit>
}

/** An open page and what it reported. */
export interface Visit {
  readonly page: Page
  /** Errors of the console and of the page, and violations of the content security policy. */
  readonly problems: readonly string[]
  /** The origins that it sent requests to. */
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
    // chromium unpacks itself into TMPDIR, and would use a file that another run has only half unpacked.
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
      const problems: string[] = []
      const origins = new Set<string>()
      await context.exposeFunction('reportProblem', (text: string) => problems.push(text))
      await context.addInitScript(
        "addEventListener('securitypolicyviolation', ({ violatedDirective }) => reportProblem(violatedDirective))",
      )
      const page = await context.newPage()
      page.on('pageerror', (error) => problems.push(error.message))
      page.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text())
      })
      page.on('request', (request) => origins.add(new URL(request.url()).origin))
      await page.goto(`http://127.0.0.1:${port}`)
      return { page, problems, origins }
    },
    [Symbol.asyncDispose]: close,
  }
}
