import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openBrowser, type TestBrowser, type Visit } from './browser.ts'
import { openDesk, type TestDesk } from './desk.ts'
import type { Events } from './events.ts'

// Browsers are slow on a busy machine.
vi.setConfig({ testTimeout: 20_000 })

let browser: TestBrowser
let desk: TestDesk
let visits: Visit[]

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
})

beforeEach(async () => {
  visits = []
  desk = await openDesk()
})

afterEach(async () => {
  for (const { page } of visits) await page.context().close()
  await desk[Symbol.asyncDispose]()
})

async function visit(options: Parameters<TestBrowser['visit']>[1] = {}): Promise<Visit> {
  const made = await browser.visit(desk, options)
  visits.push(made)
  return made
}

async function fill(page: Page, phone = '612 345 678'): Promise<void> {
  await page.getByLabel('Nombre', { exact: true }).fill('Ana')
  await page.getByLabel('Teléfono').fill(phone)
  await page.getByRole('checkbox').check()
}

const send = (page: Page): Promise<void> => page.getByRole('button', { name: 'Llámame' }).click()
const steps = (page: Page): Promise<string[]> => page.locator('#steps li').allTextContents()
const focus = (page: Page): Promise<string | null> => page.locator(':focus').getAttribute('id')
const shows = (page: Page, text: string | RegExp): Promise<void> => page.getByText(text).waitFor()

/** The events that the page receives too. */
async function events(page: Page): Promise<Events> {
  const token = await page.locator('#token').inputValue()
  return desk.events(token.split('.')[0] as string)
}

test('a double click places one call, which is followed to its end', async () => {
  const { page, problems, origins } = await visit()
  await fill(page)
  await page.getByRole('button', { name: 'Llámame' }).dblclick()
  await shows(page, 'Pidiendo la llamada')
  const seen = await events(page)
  await desk.until(seen, 'dialing')
  await shows(page, 'Marcando tu número')
  await desk.until(seen, 'in_progress')
  await shows(page, 'En conversación')
  await desk.until(seen, 'ended')
  await shows(page, /^Llamada terminada/)

  expect(await steps(page)).toEqual([
    'Pidiendo la llamada',
    'Marcando tu número',
    'En conversación',
    `Llamada terminada · ${desk.mock.calls[0]?.duration} s`,
  ])
  expect(await focus(page)).toBe('progress-title')
  expect(desk.posts()).toBe(1)
  expect(problems).toEqual([])
  expect([...origins]).toEqual([new URL(page.url()).origin])

  await page.getByRole('button', { name: 'Pedir otra llamada' }).click()
  await fill(page, '698765432')
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.clock.advance(0)
  expect(desk.posts()).toBe(2)
})

test('the form works with the keyboard alone', async () => {
  const { page } = await visit()
  for (const keys of ['Tab', 'A', 'Tab', ...'612345678', 'Tab', 'Space', 'Enter'])
    await page.keyboard.press(keys)
  await shows(page, 'Pidiendo la llamada')
})

test('an invalid number is reported at its field, and nothing is sent', async () => {
  const { page, problems } = await visit()
  await fill(page, '+33 612 345 678')
  await send(page)
  await shows(page, 'Escribe un teléfono español de nueve cifras, como 612 34 56 78.')
  const phone = page.getByLabel('Teléfono')
  expect(await phone.getAttribute('aria-invalid')).toBe('true')
  expect(await focus(page)).toBe('phone')
  expect(await page.locator('#progress').isVisible()).toBe(false)
  await desk.clock.advance(60_000)
  expect(desk.mock.counts.requests).toBe(0)
  // The browser itself logs every response that is not a success.
  expect(problems).toEqual([expect.stringContaining('422')])

  await phone.fill('612345678')
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  expect(await phone.getAttribute('aria-invalid')).toBe(null)
})

test('an empty form is reported field by field', async () => {
  const { page } = await visit()
  await send(page)
  await shows(page, 'Escribe tu nombre, solo con letras.')
  await page.getByLabel('Nombre', { exact: true }).fill('Ana')
  await page.getByLabel('Teléfono').fill('612345678')
  await send(page)
  await shows(page, 'Para llamarte necesitamos que lo aceptes.')
  expect(desk.posts()).toBe(0)
})

test('a reload continues with the same call', async () => {
  const { page, problems } = await visit()
  await fill(page)
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.until(await events(page), 'in_progress')
  await page.reload()
  await shows(page, 'En conversación')
  expect(await steps(page)).toHaveLength(3)
  expect(desk.posts()).toBe(1)
  expect(problems).toEqual([])
})

test('a response lost on the way to the page does not place a second call', async () => {
  const { page } = await visit()
  await page.route('**/api/callbacks', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await fill(page)
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.until(await events(page), 'ended')
  await shows(page, /^Llamada terminada/)
  expect(desk.posts()).toBe(1)
})

test('a form that did not arrive can be sent again', async () => {
  const { page } = await visit()
  await page.route('**/api/callbacks', (route) => route.abort(), { times: 1 })
  await fill(page)
  await send(page)
  await shows(page, 'Tu petición no nos ha llegado. Puedes enviarla otra vez: no te llamaremos dos veces.')
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.clock.advance(0)
  expect(desk.posts()).toBe(1)
})

test('a server that restarts before it responds does not claim that nothing arrived', async () => {
  const { page } = await visit()
  await using next = await openDesk()
  const port = Number(new URL(page.url()).port)
  await page.route('**/api/callbacks', async (route) => {
    await route.fetch()
    await desk.app.close()
    await next.app.listen({ host: '127.0.0.1', port })
    await route.abort()
  })
  await fill(page)
  await send(page)
  await shows(page, 'Ya no podemos ver cómo va. Puede que la llamada esté en camino.')
  expect(await page.getByRole('button').count()).toBe(0)
  await next.clock.advance(60_000)
  expect(next.mock.counts.requests).toBe(0)
})

test('a second browser cannot ring the same number', async () => {
  const [first, second] = [await visit(), await visit()]
  await fill(first.page)
  await send(first.page)
  await shows(first.page, 'Pidiendo la llamada')
  await fill(second.page, '0034 612.345.678')
  await send(second.page)
  await shows(second.page, 'Ya hay una llamada en marcha a este número. Espera a que termine.')
  await desk.clock.advance(0)
  expect(desk.posts()).toBe(1)
})

test('the page does not offer to repeat a call in doubt', async () => {
  const { page } = await visit()
  await fill(page, '+34500000015')
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.until(await events(page), 'unknown')
  await shows(page, /^Puede que la llamada esté en camino/)
  await page.reload()
  await shows(page, /^Puede que la llamada esté en camino/)
  expect(await page.getByRole('button').count()).toBe(0)
  expect(desk.posts()).toBe(1)
})

test('the page offers to repeat a call that was not made, with a new token', async () => {
  desk.mock.reply({ operation: 'placeCall', code: 412 })
  const { page } = await visit()
  const before = await page.locator('#token').inputValue()
  await fill(page)
  await send(page)
  await shows(page, 'No hemos podido llamarte. No se ha hecho ninguna llamada.')
  await page.getByRole('button', { name: 'Volver a intentarlo' }).click()
  await page.getByRole('button', { name: 'Llámame' }).waitFor()
  expect(await page.locator('#token').inputValue()).not.toBe(before)
})

test('the page waits for a server that is gone', async () => {
  const { page } = await visit()
  await fill(page)
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.app.close()
  await shows(page, 'Se ha cortado la conexión. Volviendo a conectar…')
  expect(await page.getByRole('button').count()).toBe(0)
})

test('a restarted server does not call anybody by itself', async () => {
  const { page } = await visit()
  await fill(page)
  await send(page)
  await shows(page, 'Pidiendo la llamada')
  await desk.app.close()
  await using next = await openDesk()
  await next.app.listen({ host: '127.0.0.1', port: Number(new URL(page.url()).port) })
  await page.reload()
  await shows(page, 'Ya no podemos ver cómo va. Puede que la llamada esté en camino.')
  expect(await page.getByRole('button').count()).toBe(0)
  await next.clock.advance(60_000)
  expect(next.mock.counts.requests).toBe(0)
})

test.each(['light', 'dark'] as const)(
  'nothing scrolls sideways on a small phone, in %s mode',
  async (colorScheme) => {
    const { page } = await visit({ colorScheme, viewport: { width: 360, height: 640 } })
    const sideways = (): Promise<number> => page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(await sideways()).toBeLessThanOrEqual(0)
    await fill(page, '1')
    await send(page)
    await shows(page, /^Escribe un teléfono/)
    expect(await sideways()).toBeLessThanOrEqual(0)
    await page.getByLabel('Teléfono').fill('+34500000016')
    await send(page)
    await shows(page, 'Pidiendo la llamada')
    await desk.until(await events(page), 'unknown')
    await shows(page, /^Puede que/)
    expect(await sideways()).toBeLessThanOrEqual(0)
  },
)
