import {
  AliasNotFoundError,
  type ApplicationText,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import { UsageError } from './errors.ts'
import { quoteInput } from './input.ts'

// Stricli does not say whether a name belongs to a flag or to an argument.
const label = (name: string): string => (['to', 'id', 'file|url'].includes(name) ? `<${name}>` : `--${name}`)

/** Says in one sentence what is wrong with a command line, without repeating a phone number. */
function describeProblem(error: unknown, argv: readonly string[]): string {
  if (error instanceof FlagNotFoundError) {
    const [nearest] = error.corrections
    const instead = nearest ? `did you mean --${kebab(nearest)}?` : 'see --help.'
    return `There is no flag --${error.input}; ${instead}`
  }
  if (error instanceof AliasNotFoundError) return `There is no flag -${error.input}; see --help.`
  if (error instanceof ArgumentParseError) {
    const { exception, externalFlagNameOrPlaceholder: name } = error
    return exception instanceof UsageError
      ? `${label(name)}: ${exception.message}`
      : `${label(name)} takes no value.`
  }
  if (error instanceof EnumValidationError) {
    return `--${error.externalFlagName}: ${quoteInput(error.input)} is not one of ${error.values.join(', ')}.`
  }
  if (error instanceof UnsatisfiedFlagError) {
    const name = `--${kebab(error.externalFlagName)}`
    // Stricli throws the same error for a flag that is missing.
    const isPresent = argv.some((typed) => kebab(typed) === name)
    return `${name} ${isPresent ? 'needs a value' : 'is missing'}; see --help.`
  }
  if (error instanceof UnexpectedFlagError) return `--${error.externalFlagName} is given twice; give it once.`
  if (error instanceof UnexpectedPositionalError) {
    return error.input.startsWith('-')
      ? `${quoteInput(error.input)} is not a flag; see --help.`
      : 'There is one argument too many; put a value with spaces in quotes.'
  }
  if (error instanceof UnsatisfiedPositionalError) return `<${error.placeholder}> is missing; see --help.`
  return String(error)
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Stricli's texts, with our own messages about a wrong command line. */
export const textFor = (argv: readonly string[]): ApplicationText => ({
  ...text_en,
  exceptionWhileParsingArguments: (error) => describeProblem(error, argv),
  noCommandRegisteredForInput: ({ input, corrections }) =>
    `There is no command ${quoteInput(input)}; ${corrections.length > 0 ? `did you mean ${corrections.join(' or ')}?` : 'see digame --help.'}`,
})
