import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type UserConfig } from 'tsdown'

// Every package runs `tsdown --config ../../tsdown.config.ts` in its own folder.
const cwd = process.cwd()
const { exports } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as { exports: object }

const config: UserConfig = defineConfig({
  cwd,
  entry: ['src/index.ts'],
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
  clean: true,
  failOnWarn: true,
  // Workspace packages are read from source. Bundled are only the small shared parts, the spec's hash and, in declarations,
  // the spec's types: they show what a package was made with, whatever is installed beside it.
  inputOptions: { resolve: { conditionNames: ['source', 'import', 'default'] } },
  deps: {
    onlyBundle: [],
    alwaysBundle: ['@digame/internal', '@digame/spec/hash'],
    dts: { alwaysBundle: ['@digame/internal', '@digame/spec'] },
  },
  // Both judge the packed package, as it would be published. A command has nothing to import.
  publint: { strict: true },
  attw: '.' in exports && {
    profile: 'esm-only',
    level: 'error',
    excludeEntrypoints: [/\.(json|yaml)$/],
  },
  tsconfig: join(import.meta.dirname, 'tsconfig.json'),
})

export default config
