import { spawn } from 'node:child_process'
import { copyFileSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { migrations } from '../../src/ledger/sql/migrations/migrations.ts'
import { openDatabase } from '../../src/ledger/sqlite/database.ts'
import { assertLocalDisk } from '../../src/ledger/sqlite/disk.ts'
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts'
import { prepare } from '../../src/ledger/sqlite/prepare.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { claim, claimOne, running } from './support/batches.ts'
import { batchOfFirstVersion, expectFirstVersionToRun } from './support/first-version.ts'
import { sqliteStore } from './support/stores.ts'

describe('a ledger in a file', () => {
  test('has one runner, and names it to others', async () => {
    const store = await sqliteStore()
    const runner = await (await store.open()).join()
    const other = await store.open()
    await expect(other.join()).rejects.toMatchObject({
      name: 'DialerBusyError',
      code: 'BUSY',
      holder: { pid: process.pid, beatAt: new Date(store.now()) },
      message: expect.stringContaining(`Process ${process.pid} on `),
    })
    await runner.leave()
    await other.join()
  })

  test('can be run again right after its runner was killed', async () => {
    const store = await sqliteStore()
    await (await store.open()).close()
    const script = `import { openSqliteLedger } from ${JSON.stringify(new URL('../../src/ledger/sqlite/open.ts', import.meta.url).href)}
      await (await openSqliteLedger(${JSON.stringify(store.file)})).join()
      process.stdout.write('running')
      setInterval(() => {}, 1e6)`
    const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const ledger = await store.open()
    await expect(ledger.join()).rejects.toMatchObject({ code: 'BUSY', holder: { pid: child.pid } })
    child.kill('SIGSTOP')
    await expect(ledger.join()).rejects.toMatchObject({ code: 'BUSY' })
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    await ledger.join()
  })

  test('is read and controlled by others while it runs', async () => {
    const store = await sqliteStore()
    const ledger = await store.open()
    const batch = await running(ledger, 2)
    const runner = await ledger.join()
    await claimOne(ledger, runner)
    const other = await store.open()
    expect(await other.status(batch)).toMatchObject({ leads: { busy: 1, ready: 1 }, slots: 1 })
    await other.pause(batch)
    expect(await claim(ledger, runner)).toEqual([])
  })

  test('waits for another writer without blocking the process', async () => {
    const store = await sqliteStore()
    const ledger = await store.open()
    const batch = await running(ledger, 1)
    const other = new DatabaseSync(store.file)
    other.exec('begin immediate')
    const paused = ledger.pause(batch)
    await new Promise((resolve) => setImmediate(resolve))
    other.exec('commit')
    other.close()
    await paused
    expect((await ledger.status(batch)).state).toBe('paused')
  })

  test.each(['', ':memory:', '/nowhere/at/all.db'])('refuses the path %j', async (path) => {
    await expect(openSqliteLedger(path)).rejects.toMatchObject({
      name: 'DialerInputError',
      code: 'LEDGER_PATH',
    })
  })

  test('refuses a file that is not a ledger, and leaves it alone', async () => {
    const folder = temporaryFolder()
    const text = join(folder, 'notes.txt')
    writeFileSync(text, 'a file of something else\n'.repeat(100))
    const foreign = join(folder, 'foreign.db')
    const database = new DatabaseSync(foreign)
    database.exec('create table t(x)')
    database.close()
    for (const file of [text, foreign]) {
      const before = readFileSync(file)
      await expect(openSqliteLedger(file)).rejects.toMatchObject({
        code: 'NOT_A_LEDGER',
        message: expect.stringContaining(file),
      })
      expect(readFileSync(file).equals(before)).toBe(true)
    }
  })

  test('can be read by its owner only', async () => {
    const store = await sqliteStore()
    await store.open()
    expect(statSync(store.file).mode & 0o077).toBe(0)
  })

  test('migrates an older file, and refuses a newer one', async () => {
    const file = join(temporaryFolder(), 'ledger.db')
    const database = await openDatabase(file)
    const nothing = async (): Promise<void> => undefined
    await prepare(database, nothing, [])
    expect(database.prepare('select count(*) as n from migration').get()).toEqual({ n: 0 })
    const later = [
      ...migrations,
      () => ['alter table lead add column later text', 'create table later(x integer) strict'],
    ]
    database.close()
    const ledger = await openSqliteLedger(file)
    const batch = await running(ledger, 1)
    await ledger.close()

    const again = await openDatabase(file)
    await expect(
      prepare(again, nothing, [...later, () => ['create table half(x)', 'nonsense']]),
    ).rejects.toThrow()
    expect(again.prepare(`select name from sqlite_schema where name in ('later', 'half')`).all()).toEqual([])
    await prepare(again, nothing, later)
    expect(again.prepare('select line, later from lead').all()).toMatchObject([{ line: 1, later: null }])
    again.close()
    await expect(openSqliteLedger(file)).rejects.toMatchObject({
      code: 'NEWER',
      message: expect.stringContaining(`schema ${migrations.length + 1}`),
    })
    expect(batch).toBe(1)
  })

  test('of the first version opens, and its batches have no gap and left out nobody', async () => {
    const store = await sqliteStore()
    const database = await openDatabase(store.file)
    await prepare(database, async () => undefined, migrations.slice(0, 1))
    for (const statement of batchOfFirstVersion) database.exec(statement)
    database.close()
    await expectFirstVersionToRun(store)
  })

  test.each([
    [0x6969, 'NFS'],
    [0xff534d42 | 0, 'CIFS'],
  ])('is refused on a network disk (%d)', (type, name) => {
    expect(() => assertLocalDisk('/mnt', () => type, 'linux')).toThrow(name)
  })

  test('is accepted on a local disk, and refused on a Windows share', () => {
    assertLocalDisk('/mnt', () => 0xef53, 'linux')
    assertLocalDisk('C:\\data', () => 0x6969, 'win32')
    expect(() => assertLocalDisk('\\\\host\\share', () => 0, 'win32')).toThrow('network share')
  })
})

describe('a copy of a file', () => {
  async function copied(): Promise<{ store: Awaited<ReturnType<typeof sqliteStore>>; copy: string }> {
    const store = await sqliteStore()
    const ledger = await store.open()
    await running(ledger, 3)
    const runner = await ledger.join()
    await claimOne(ledger, runner)
    await runner.leave()
    await ledger.close()
    const copy = `${store.file}.copy`
    copyFileSync(store.file, copy)
    return { store, copy }
  }

  test('does not run until a person adopts it, while the original goes on', async () => {
    const { store, copy } = await copied()
    const other = await (await sqliteStore(copy)).open()
    await expect(other.join()).rejects.toMatchObject({ name: 'DialerAdoptionError', code: 'ELSEWHERE' })
    expect(await other.halted()).toContain('not where it was')
    await (await store.open()).join()
    await other.adopt()
    expect(await other.halted()).toBeUndefined()
    await other.join()
  })

  test('does not run beside another copy either', async () => {
    const { copy } = await copied()
    copyFileSync(copy, `${copy}.2`)
    for (const file of [copy, `${copy}.2`]) {
      await expect((await (await sqliteStore(file)).open()).join()).rejects.toMatchObject({
        code: 'ELSEWHERE',
      })
    }
  })

  test('restored in place of the newer one is refused, even if it is written into the same file', async () => {
    const { store, copy } = await copied()
    const ledger = await store.open()
    await claimOne(ledger, await ledger.join())
    await ledger.close()
    // The same inode, with an older content.
    writeFileSync(store.file, readFileSync(copy))
    const restored = await store.open()
    await expect(restored.join()).rejects.toMatchObject({
      code: 'ELSEWHERE',
      message: expect.stringContaining('older'),
    })
    await restored.adopt()
    await restored.join()
    await restored.close()

    rmSync(store.file)
    renameSync(copy, store.file)
    await expect((await store.open()).join()).rejects.toMatchObject({ code: 'ELSEWHERE' })
  })

  test('is not made by moving the file or linking to it', async () => {
    const { store } = await copied()
    const moved = `${store.file}.moved`
    renameSync(store.file, moved)
    symlinkSync(moved, store.file)
    const ledger = await store.open()
    await ledger.join()
    await expect((await (await sqliteStore(moved)).open()).join()).rejects.toMatchObject({ code: 'BUSY' })
  })
})
