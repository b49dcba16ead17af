import { defineConfig, type UserConfig } from 'tsdown'

// Every package runs `tsdown --config ../../tsdown.config.ts` in its own folder.
const config: UserConfig = defineConfig({
  cwd: process.cwd(),
  entry: ['src/index.ts'],
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
  clean: true,
  failOnWarn: true,
  // Workspace packages are read as source. Nothing of a dependency is bundled, but for the spec's types in declarations.
  inputOptions: { resolve: { conditionNames: ['source', 'import', 'default'] } },
  deps: { onlyBundle: [], dts: { alwaysBundle: ['@digame/spec'] } },
  tsconfig: new URL('tsconfig.json', import.meta.url).pathname,
})

export default config
