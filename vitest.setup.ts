/** Tests are silent: whatever they print to the console fails them. */
for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
  console[method] = (...values: unknown[]) => {
    throw new Error(`console.${method} was called in a test: ${values.map(String).join(' ')}`)
  }
}
