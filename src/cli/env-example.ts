import { z } from 'zod';
import { variables } from '../config.js';

interface Variable {
  readonly name: string;
  readonly description: string;
  /** As it would stand in the environment; empty where there is none. */
  readonly fallback: string;
}

const list = (): Variable[] =>
  Object.entries(variables).map(([name, schema]) => ({
    name,
    description: schema.description ?? '',
    fallback: schema instanceof z.ZodDefault ? [schema.def.defaultValue].flat().join(',') : '',
  }));

/** The text of `.env.example`: each variable of src/config.ts, with its description and default, commented out. */
export const renderEnvExample = (): string => {
  const entries = list().map(
    ({ name, description, fallback }) => `# ${description}\n# ${name}=${fallback}\n`,
  );
  return `# Every variable that Millrace reads, with its default. Made from src/config.ts.\n\n${entries.join('\n')}`;
};

/** The variables as a part of `millrace --help`. */
export const renderVariables = (): string => {
  const all = list();
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map(({ name, description, fallback }) => {
    const ending = fallback === '' ? '' : ` (default: ${fallback})`;
    return `  ${name.padEnd(width)}  ${description}${ending}`;
  });
  return ['Environment variables:', ...lines].join('\n');
};
