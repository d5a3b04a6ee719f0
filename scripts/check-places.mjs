/**
 * Rules of place that need the syntax tree: SQL only in src/postgres, the environment only in src/config.ts,
 * `process.exit` only in src/main.ts. Prints each breach and ends with code 1 when there is one.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

const sql =
  /\b(select\s[\s\S]*\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|(create|alter|drop)\s+(table|index|schema|type|database)\s|truncate\s+\S|lock\s+table\s)|^\s*(begin|commit|rollback)( (transaction|isolation) .*)?\s*;?\s*$/i;

const isProcess = (node, property) =>
  ts.isPropertyAccessExpression(node) && node.getText() === `process.${property}`;

const importsEnv = (node) =>
  ts.isImportDeclaration(node) &&
  ts.isStringLiteral(node.moduleSpecifier) &&
  /^(node:)?process$/.test(node.moduleSpecifier.text) &&
  /\b(env|exit)\b/.test(node.importClause?.getText() ?? '');

const isText = (node) =>
  ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);

/** Who may, and what nobody else may do. */
const rules = [
  {
    may: /^src\/postgres\//,
    says: 'SQL belongs in src/postgres',
    breaks: (node) => isText(node) && sql.test(node.getText().slice(1, -1)),
  },
  {
    may: /^src\/config\.ts$/,
    says: 'only src/config.ts reads the environment',
    breaks: (node) => isProcess(node, 'env') || importsEnv(node),
  },
  { may: /^src\/main\.ts$/, says: 'only src/main.ts exits', breaks: (node) => isProcess(node, 'exit') },
];

const filesIn = (dir) =>
  readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.startsWith('generated'))
    .map((name) => join(root, dir, name));

const breachesIn = (file) => {
  const path = relative(root, file);
  const source = ts.createSourceFile(path, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const applying = rules.filter((rule) => !rule.may.test(path));
  const breaches = [];
  const visit = (node) => {
    for (const rule of applying)
      if (rule.breaks(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        breaches.push(`${path}:${line + 1}: ${rule.says}: ${node.getText().slice(0, 60)}`);
      }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return breaches;
};

const breaches = filesIn('src').flatMap(breachesIn);
for (const breach of breaches) console.log(breach);
process.exitCode = breaches.length > 0 ? 1 : 0;
