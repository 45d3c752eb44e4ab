// Without this script the page is the list alone. With it, the list can be filtered and
// searched, and what to do can be copied. It makes no request and keeps nothing.
(() => {
  'use strict';
  const root = document.documentElement;
  const form = document.getElementById('filters');
  if (!form) return; // no findings
  const cards = Array.from(document.querySelectorAll('article.finding'));
  const count = document.getElementById('count');
  const none = document.getElementById('none');
  const format = new Intl.NumberFormat('en');

  // What a card is chosen by: facets have a few values, of which a card may have several.
  const facets = Array.from(form.querySelectorAll('select'));
  const severities = Array.from(form.querySelectorAll('input[type=checkbox]'));
  const valuesOf = (card, facet) => (card.dataset[facet] || '').split('\n').filter(Boolean);

  // Texts are lower-cased once, when they are first searched.
  const lowered = new Map();
  const textOf = (card) => {
    if (!lowered.has(card)) lowered.set(card, card.textContent.toLowerCase());
    return lowered.get(card);
  };
  const pathsOf = (card) => Array.from(card.querySelectorAll('.where'), (e) => e.textContent);

  // A pattern with a star is a glob over the whole path, without line and column;
  // anything else may stand anywhere in it.
  const pathMatcher = (pattern) => {
    if (!pattern.includes('*')) return (path) => path.toLowerCase().includes(pattern.toLowerCase());
    const parts = pattern.split(/(\*+)/).map((part) => {
      if (part === '*') return '[^/]*';
      if (part.startsWith('*')) return '.*';
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    });
    const whole = new RegExp(`^${parts.join('')}(:\\d+:\\d+)?$`, 'i');
    return (path) => whole.test(path);
  };

  // A batch that is out of sight is as high as its cards may be; without any it is gone.
  const batches = Array.from(document.querySelectorAll('.batch'));
  const measure = (batch) => {
    let shown = 0;
    for (const card of batch.children) {
      if (!card.hidden) shown++;
    }
    batch.hidden = shown === 0;
    batch.style.containIntrinsicSize = `auto ${12 * shown}rem`;
  };
  measure(batches[batches.length - 1]); // the others are full

  // A card tells one value, or all of a kind that a file holds.
  const valuesIn = (card) => Number(card.dataset.values || 1);
  const total = cards.reduce((sum, card) => sum + valuesIn(card), 0);
  const say = (shown) => {
    const all = format.format(total);
    count.textContent = shown === total ? `${all} shown` : `${format.format(shown)} of ${all} shown`;
    none.hidden = shown > 0;
  };

  const apply = () => {
    const allowed = new Set(severities.filter((box) => box.checked).map((box) => box.value));
    const wanted = facets.filter((select) => select.value).map((select) => [select.name, select.value]);
    const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const path = form.elements.path.value.trim();
    const matches = path && pathMatcher(path);
    let shown = 0;
    for (const card of cards) {
      const show = (allowed.size === 0 || allowed.has(card.dataset.severity)) &&
        wanted.every(([facet, value]) => valuesOf(card, facet).includes(value)) &&
        (!matches || pathsOf(card).some(matches)) &&
        words.every((word) => textOf(card).includes(word));
      if (card.hidden === show) card.hidden = !show;
      if (show) shown += valuesIn(card);
    }
    batches.forEach(measure);
    say(shown);
    const period = form.elements.since ? form.elements.since.value : '';
    for (const bar of document.querySelectorAll('.timeline g')) {
      bar.classList.toggle('chosen', period !== '' && bar.dataset.since === period);
    }
  };

  let later = 0;
  form.addEventListener('input', () => {
    clearTimeout(later);
    later = setTimeout(apply, cards.length > 1000 ? 120 : 0);
  });
  form.addEventListener('submit', (event) => { event.preventDefault(); apply(); });
  form.addEventListener('reset', () => setTimeout(apply, 0));

  // A bar of the timeline chooses its period; the list beside it does so for keyboards.
  for (const bar of document.querySelectorAll('.timeline g')) {
    bar.addEventListener('click', () => {
      const select = form.elements.since;
      if (!select) return; // all in one period
      select.value = select.value === bar.dataset.since ? '' : bar.dataset.since;
      apply();
    });
  }

  // A link to a finding that is filtered out brings it back.
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    const card = target && target.closest('article.finding');
    const list = target && target.closest('details');
    if (list) list.open = true;
    if (card && card.hidden) {
      form.reset();
      setTimeout(() => target.scrollIntoView(), 0);
    }
  };
  window.addEventListener('hashchange', reveal);

  const lines = (card) => {
    const rule = card.dataset.rule;
    const remedy = document.getElementById(`do-${rule}`);
    const text = (element) => element.textContent.replace(/\s+/g, ' ').trim();
    const name = Array.from(card.querySelectorAll('h3, .secret'), text).join(' ');
    const out = [`${name} (${card.dataset.severity})`];
    for (const place of card.querySelectorAll('.places li')) out.push(`- ${text(place)}`);
    if (remedy) out.push('', `What to do: ${text(remedy.querySelector('p'))}`);
    out.push(`More: deputy explain ${rule}`);
    return out.join('\n');
  };

  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch (refused) { /* the old way, below */ }
    }
    const area = document.createElement('textarea');
    area.value = text;
    area.readOnly = true;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  };

  document.addEventListener('click', async (event) => {
    const button = event.target.closest('button.copy');
    if (!button) return;
    const label = button.textContent;
    button.textContent = await copy(lines(button.closest('article'))) ? 'Copied' : 'Cannot copy here';
    button.focus();
    setTimeout(() => { button.textContent = label; }, 1500);
  });

  // "/" goes to the search, Escape in it clears it.
  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.getElementById('filter-box').open = true;
      form.elements.search.focus();
    } else if (event.key === 'Escape' && event.target === form.elements.search) {
      form.elements.search.value = '';
      apply();
    }
  });

  // On a narrow screen the findings come first.
  if (window.matchMedia('(max-width: 68rem)').matches) document.getElementById('filter-box').open = false;
  document.getElementById('filter-panel').hidden = false;
  root.classList.add('js');
  say(total);
  reveal();
})();
