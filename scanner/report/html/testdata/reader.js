// Plays a reader of the report in a frame, and sends what it saw to the test.
'use strict';
const saw = {};

const frameOf = (url, sandbox) => new Promise((resolve) => {
  const frame = document.createElement('iframe');
  frame.width = 1200;
  frame.height = 900;
  if (sandbox) frame.setAttribute('sandbox', sandbox);
  frame.addEventListener('load', () => resolve(frame), { once: true });
  frame.src = url;
  document.body.append(frame);
});

const tick = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const luminance = (color) => {
  const [r, g, b] = color.match(/[\d.]+/g).map(Number).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const play = async () => {
  document.body.textContent = '';
  const started = performance.now();
  const frame = await frameOf('/report');
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  page.body.getBoundingClientRect();
  saw['ms to open'] = performance.now() - started;
  saw.violations = [];
  new view.ReportingObserver((reports) => saw.violations.push(...reports.map((r) => r.body.effectiveDirective)),
    { types: ['csp-violation'], buffered: true }).observe();

  const form = page.getElementById('filters');
  const shown = () => Array.from(page.querySelectorAll('article.finding')).filter((a) => !a.hidden).length;
  const settled = () => tick(page.querySelectorAll('article.finding').length > 1000 ? 400 : 20);
  const fill = async (name, value) => {
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new view.Event('input', { bubbles: true }));
    await settled();
  };
  const check = async (value, on) => {
    const box = Array.from(form.querySelectorAll('[name=severity]')).find((b) => b.value === value);
    if (box && box.checked !== on) box.click();
    await settled();
  };
  const see = async (step, name, value) => {
    await fill(name, value);
    saw[step] = shown();
    await fill(name, '');
  };
  const press = (key, target) => target.dispatchEvent(new view.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  saw.all = shown();
  const searched = performance.now();
  form.elements.search.value = 'customer';
  form.dispatchEvent(new view.Event('submit', { bubbles: true, cancelable: true }));
  page.body.getBoundingClientRect();
  saw['ms to search'] = performance.now() - searched;
  saw['search: customer'] = shown();
  if (saw.all > 1000) return; // the figures are all that is wanted of a long list
  saw['said: customer'] = page.getElementById('count').textContent;
  await see('search: two words', 'search', 'KEY pair');
  await fill('search', 'no such words');
  saw['search: nothing'] = shown();
  saw['said: nothing'] = !page.getElementById('none').hidden;
  press('Escape', form.elements.search);
  saw['after Escape'] = shown();
  press('/', page.body);
  saw['focus after /'] = page.activeElement.id;

  await see('path: part', 'path', 'VENDOR/');
  await see('path: glob of one level', 'path', 'vendor/*');
  await see('path: glob of all', 'path', 'vendor/**.go');
  await check('high', true);
  saw['severity: high'] = shown();
  await check('low', true);
  saw['severity: high, low'] = shown();
  await check('high', false);
  await check('low', false);
  await see('rule', 'rule', 'aws-account-id');
  await see('status: history', 'status', 'only in history');
  await see('status: HEAD', 'status', 'in HEAD');
  await see('place: third-party', 'place', 'third-party');
  await see('place: documents', 'place', 'documents');
  await see('place: commits', 'place', 'commits and tags');
  await see('class: customer', 'class', 'customer');
  await see('author: Kim', 'author', 'Kim Nguyễn');
  await see('entered', 'since', '2025-11');
  const bar = page.querySelector('.timeline g[data-since="2025-11"]') || page.querySelector('.timeline g');
  bar.dispatchEvent(new view.MouseEvent('click', { bubbles: true }));
  saw['entered by the bar'] = shown();
  bar.dispatchEvent(new view.MouseEvent('click', { bubbles: true }));
  saw['by the bar again'] = shown();
  await fill('rule', 'aws-account-id');
  await fill('class', 'customer');
  await fill('search', 'terraform');
  saw['all at once'] = shown();
  form.querySelector('[type=reset]').click();
  await settled();
  saw['after a reset'] = shown();
  await fill('search', 'no such words');
  view.location.hash = page.querySelector('article.finding').id;
  await tick(100);
  await settled();
  saw['after a link to a hidden finding'] = shown();

  // What the page hands to the clipboard, which nobody lets a test have.
  let copied = '';
  view.navigator.clipboard.writeText = async (text) => { copied = text; };
  page.querySelector('button.copy').click();
  await tick(50);
  saw.copied = copied.split('\n');

  saw['without a label'] = Array.from(page.querySelectorAll('input, select, button'))
    .filter((e) => !(e.labels && e.labels.length && e.labels[0].textContent.trim()) && !e.textContent.trim())
    .map((e) => e.outerHTML);
  const ids = Array.from(page.querySelectorAll('[id]'), (e) => e.id);
  saw['ids twice'] = ids.filter((id, i) => ids.length < 1000 && ids.indexOf(id) !== i);
  saw['broken links'] = Array.from(page.querySelectorAll('a'), (a) => a.getAttribute('href'))
    .filter((href) => !href.startsWith('#') || !page.getElementById(decodeURIComponent(href.slice(1))));

  saw.dark = view.matchMedia('(prefers-color-scheme: dark)').matches;
  const paper = view.getComputedStyle(page.body).backgroundColor;
  saw['luminance of the paper'] = luminance(paper);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = view.getComputedStyle(e).backgroundColor;
      if (!/, 0\)$/.test(color)) return color;
    }
    return paper;
  };
  saw['hard to read'] = ['h1', 'p.note', 'dt', 'dd', '.where', 'a', 'button', 'select', 'option', 'label', 'summary', '.axis',
    '.badge', '.critical .badge', '.high .badge', '.medium .badge', '.low .badge'].filter((selector) => {
    const element = page.querySelector(selector);
    if (!element) return false;
    const [a, b] = [luminance(view.getComputedStyle(element).color), luminance(behind(element))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05) < 4.5;
  });
  saw.loaded = view.performance.getEntriesByType('resource').map((entry) => entry.name);

  const plain = await frameOf('/report', 'allow-same-origin');
  const list = Array.from(plain.contentDocument.querySelectorAll('article.finding'));
  saw['without scripts: findings'] = list.filter((a) => a.getBoundingClientRect().height > 0).length;
  saw['without scripts: filters'] = plain.contentDocument.getElementById('filter-panel').getBoundingClientRect().height > 0;
  saw['without scripts: buttons'] = Array.from(plain.contentDocument.querySelectorAll('button'))
    .filter((b) => b.getBoundingClientRect().height > 0).length;
};

addEventListener('DOMContentLoaded', async () => {
  try {
    await play();
  } catch (failure) {
    saw.failure = `${failure}\n${failure.stack}`;
  }
  await fetch('/saw', { method: 'POST', body: JSON.stringify(saw) });
});
