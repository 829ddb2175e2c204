// Writes src/muster/codecs/data/stroke_order.txt: all Han characters in the stroke order of Unicode CLDR
// (collation zh-u-co-stroke), as the ICU inside Node sorts them.
//
//   node tools/stroke_table.mjs > src/muster/codecs/data/stroke_order.txt
//
// Data: Unicode CLDR, (c) Unicode, Inc., Unicode License v3.
import process from 'node:process';

const BLOCKS = [[0x3007, 0x3007], [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xfa0e, 0xfa29], [0x20000, 0x323af]];
const PER_LINE = 400;

const collator = new Intl.Collator('zh-u-co-stroke');
if (collator.resolvedOptions().collation !== 'stroke') {
  throw new Error('this Node was built without the stroke collation');
}
const characters = [];
for (const [first, last] of BLOCKS) {
  for (let code = first; code <= last; code += 1) {
    const character = String.fromCodePoint(code);
    // Unassigned code points and compatibility doubles (which NFKC folds away) are left out.
    if (/^\p{Script=Han}$/u.test(character) && character.normalize('NFKC') === character) characters.push(character);
  }
}
characters.sort((a, b) => collator.compare(a, b) || a.codePointAt(0) - b.codePointAt(0));

const lines = [`# Han characters by strokes; Unicode CLDR ${process.versions.cldr}, ICU ${process.versions.icu}`];
for (let start = 0; start < characters.length; start += PER_LINE) {
  lines.push(characters.slice(start, start + PER_LINE).join(''));
}
process.stdout.write(`${lines.join('\n')}\n`);
