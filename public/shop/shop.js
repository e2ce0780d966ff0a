// The demo storefront's behaviour: shelves, product page, cart and the two small forms.
import { products, productById, shelves } from './catalogue.js';

// ---------------------------------------------------------------- the cart
// It travels in window.name: that lasts as long as the tab, crosses page loads and the Back button, and leaves nothing
// behind in the browser. Other pages can write there too, so what is read is checked against the catalogue.
const cartMark = 'harbor-cart:';
const mostOfOne = 20;

/** Lines `{ product, size, count }`; size is '' for products that have one size only. */
function readCart() {
  if (!window.name.startsWith(cartMark)) return [];
  return window.name.slice(cartMark.length).split('|').flatMap((text) => {
    const [id, size, count] = text.split('~');
    const product = productById(id);
    const known = product && (product.sizes ? product.sizes.includes(size) : size === '');
    return known ? [{ product, size, count: wholeCount(count) }] : [];
  });
}

function writeCart(lines) {
  window.name = cartMark + lines.map((line) => `${line.product.id}~${line.size}~${line.count}`).join('|');
  drawCount(lines);
}

const wholeCount = (value) => Math.min(mostOfOne, Math.max(1, Math.trunc(Number(value)) || 1));

function addToCart(product, size, count) {
  const lines = readCart();
  const same = lines.find((line) => line.product === product && line.size === size);
  if (same) same.count = wholeCount(same.count + count);
  else lines.push({ product, size, count: wholeCount(count) });
  writeCart(lines);
}

// The one code of the shop: a tenth off everything but bikes.
const promo = { code: 'HARBOR10', share: 0.1, refuses: ['bikes', 'e-bikes'] };

/** Amounts in dollars, before tax. */
function totals(lines, code) {
  const sum = (amount) => lines.reduce((total, line) => total + amount(line) * line.count, 0);
  const goods = sum((line) => line.product.price);
  const covered = sum((line) => (promo.refuses.includes(line.product.shelf) ? 0 : line.product.price));
  const discount = code === promo.code ? Math.round(covered * promo.share * 100) / 100 : 0;
  const freight = sum((line) => line.product.freight || 0);
  const hasParcel = lines.some((line) => !line.product.freight);
  const parcel = goods <= 60 ? 6.95 : 0;
  return { goods, discount, freight, hasParcel, parcel, total: goods - discount + freight + (hasParcel ? parcel : 0) };
}

const dollars = (amount) => amount.toLocaleString('en-US', {
  style: 'currency', currency: 'USD', minimumFractionDigits: Number.isInteger(amount) ? 0 : 2,
});

// ---------------------------------------------------------------- drawing
/** An element with attributes (functions are listeners, false leaves one out) and children. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat());
  return made;
}

const find = (selector) => document.querySelector(selector);
const pageOf = (product) => `/shop/product.html?id=${product.id}`;

function picture(product, alt = '') {
  return element('img', { src: `/shop/pictures/${product.id}.svg`, alt, width: 400, height: 300, decoding: 'async' });
}

function drawCount(lines) {
  const count = lines.reduce((total, line) => total + line.count, 0);
  const badge = find('[data-cart-count]');
  badge.textContent = count || '';
  badge.closest('a').setAttribute('aria-label', count === 1 ? 'Cart, 1 item' : `Cart, ${count} items`);
}

function card(product) {
  return element('li', { class: 'card' },
    picture(product),
    element('div', { class: 'card-words' },
      element('p', { class: 'kind' }, product.kind),
      element('h3', {}, element('a', { href: pageOf(product) }, product.name)),
      element('p', { class: 'price' }, dollars(product.price))));
}

function drawShelves() {
  const home = find('[data-shelves]');
  for (const shelf of home ? shelves : []) {
    const headline = `shelf-${shelf.id}`;
    home.append(element('section', { class: 'shelf', id: shelf.id, 'aria-labelledby': headline },
      element('h2', { id: headline }, shelf.name),
      element('ul', { class: 'cards' }, products.filter((product) => product.shelf === shelf.id).map(card))));
  }
  // The shelves arrive after the address was read: go where it points now.
  if (home && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

// ---------------------------------------------------------------- a product's page
function drawProduct() {
  const room = find('[data-product]');
  if (!room) return;
  const product = productById(new URLSearchParams(location.search).get('id'));
  if (!product) {
    document.title = 'Not on our shelves · Harbor Outfitters';
    room.replaceChildren(element('div', { class: 'empty' },
      element('h1', {}, 'We don’t have that one'),
      element('p', {}, 'It may have been renamed or sold out for good.'),
      element('a', { class: 'button', href: '/' }, 'See everything we have')));
    return;
  }
  const shelf = shelves.find((one) => one.id === product.shelf);
  document.title = `${product.name} · Harbor Outfitters`;
  room.replaceChildren(
    element('nav', { class: 'trail', 'aria-label': 'Breadcrumb' },
      element('a', { href: '/' }, 'Home'), element('a', { href: `/#${shelf.id}` }, shelf.name),
      element('span', { 'aria-current': 'page' }, product.name)),
    element('div', { class: 'product' },
      element('div', { class: 'product-picture' }, picture(product, product.picture)),
      element('div', { class: 'product-words' },
        element('p', { class: 'kind' }, product.kind),
        element('h1', {}, product.name),
        element('p', { class: 'price' }, dollars(product.price)),
        product.price >= 150 ? element('p', { class: 'quiet' }, `or 4 interest-free payments of ${dollars(product.price / 4)}`) : [],
        element('p', { class: 'lead' }, product.words),
        orderForm(product),
        element('ul', { class: 'promises' }, promisesOf(product).map((text) => element('li', {}, text))))),
    element('div', { class: 'details' },
      element('section', {},
        element('h2', {}, 'The facts'),
        element('dl', { class: 'facts' }, product.facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))))),
      product.shelf === 'bikes' || product.shelf === 'e-bikes' ? fitFinder(product) : []),
    element('section', { class: 'shelf' },
      element('h2', {}, 'Also good to have'),
      element('ul', { class: 'cards four' }, neighbours(product).map(card))));
}

/** The shelf's other product first, then one of each following shelf. */
function neighbours(product) {
  const at = shelves.findIndex((shelf) => shelf.id === product.shelf);
  const order = [...shelves.slice(at), ...shelves.slice(0, at)];
  return order.map((shelf) => products.find((other) => other.shelf === shelf.id && other !== product)).slice(0, 4);
}

function promisesOf(product) {
  return [
    product.freight ? `${dollars(product.freight)} freight, 7–12 business days` : 'Free shipping over $60, 3–6 business days',
    'Pick up in store, usually within 2 hours',
    'Unused? Send it back within 60 days',
  ];
}

function orderForm(product) {
  const said = element('p', { class: 'said', role: 'status' });
  const press = element('button', { class: 'button' }, 'Add to cart');
  const soldOut = (size) => Boolean(product.soldOut?.includes(size));
  const sizes = product.sizes && element('fieldset', { class: 'sizes' },
    element('legend', {}, 'Size'),
    product.sizes.map((size) => element('label', { class: soldOut(size) && 'sold-out' },
      element('input', { type: 'radio', name: 'size', value: size, required: true }),
      element('span', {}, size, soldOut(size) ? element('span', { class: 'unseen' }, ', sold out') : []))));
  const form = element('form', { class: 'order' },
    sizes || [],
    element('div', { class: 'order-row' },
      element('label', { class: 'count' }, 'Quantity', element('input', { type: 'number', name: 'count', min: 1, max: mostOfOne, value: 1, required: true })),
      press),
    said);
  form.addEventListener('change', () => {
    press.textContent = soldOut(form.elements.size?.value) ? 'Notify me' : 'Add to cart';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const size = form.elements.size?.value ?? '';
    if (soldOut(size)) {
      said.replaceChildren(`${product.name} in ${size} is sold out. In a real shop we would e-mail you the moment it returns.`);
      return;
    }
    addToCart(product, size, wholeCount(form.elements.count.value));
    said.replaceChildren(`${product.name}${size && `, ${size},`} is in your cart. `, element('a', { href: '/shop/cart.html' }, 'View cart'));
  });
  return form;
}

// Upper ends in inches of rider height; the inseam pulls the figure towards long or short legs.
const frameSizes = [['S', 65.5], ['M', 69.5], ['L', 73], ['XL', Infinity]];

function fitFinder(product) {
  const number = (label, name, min, max) => element('label', {}, label,
    element('input', { type: 'number', name, min, max, step: 'any', required: true, inputmode: 'decimal' }));
  const answer = element('p', { class: 'said', role: 'status' });
  const form = element('form', { class: 'fit' },
    number('Feet', 'feet', 4, 7), number('Inches', 'inches', 0, 11.9), number('Inseam, inches', 'inseam', 22, 40),
    element('button', { class: 'button plain' }, 'Find my size'), answer);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const value = (name) => Number(form.elements[name].value);
    const height = (value('feet') * 12 + value('inches') + value('inseam') * 2.2) / 2;
    const at = frameSizes.findIndex(([, end]) => height < end);
    const [size, end] = frameSizes[at];
    if (!product.sizes.includes(size)) answer.textContent = `You would need ${size}, which we don’t build in this model.`;
    else if (end - height < 0.6) answer.textContent = `Between ${size} and ${frameSizes[at + 1][0]}: go smaller for trails, larger for long road rides.`;
    else answer.textContent = `Size ${size} should fit you.`;
  });
  return element('section', { class: 'panel' }, element('h2', {}, 'Fit Finder'), element('p', {}, 'Height plus inseam gives your frame size.'), form);
}

// ---------------------------------------------------------------- the cart's page
function drawCart() {
  const room = find('[data-cart]');
  if (!room) return;
  const lines = readCart();
  if (lines.length === 0) {
    room.replaceChildren(element('div', { class: 'empty' },
      element('p', {}, 'Nothing in it yet. The tide is right for a kayak.'), element('a', { class: 'button', href: '/' }, 'Start looking')));
    return;
  }
  // Only the sums are drawn anew when a line changes, so that the keyboard stays where it was.
  const sums = element('dl', { class: 'sums' });
  const notice = element('p', { class: 'said', role: 'status' });
  const bill = { code: '', draw: () => sums.replaceChildren(...sumRows(totals(lines, bill.code), bill.code)) };
  bill.draw();
  room.replaceChildren(
    element('ul', { class: 'cart-lines' }, lines.map((line) => cartLine(lines, line, bill))),
    element('section', { class: 'summary panel', 'aria-labelledby': 'summary' },
      element('h2', { id: 'summary' }, 'Summary'),
      sums,
      promoForm(lines, bill, notice),
      notice,
      element('button', {
        class: 'button wide', type: 'button',
        click: () => { notice.textContent = 'This is a demonstration shop: nothing is sold here and no order was placed.'; },
      }, 'Check out'),
      element('p', { class: 'quiet' }, 'Choose home delivery or Pickup at checkout. Visa, Mastercard, Amex, PayPal, Apple Pay, gift cards, or Affirm from $150.')));
}

function sumRows(sums, code) {
  const row = (name, amount, kind) => element('div', { class: kind || false }, element('dt', {}, name), element('dd', {}, amount));
  return [
    row('Items', dollars(sums.goods)),
    sums.discount ? row(`Promo ${code}`, `−${dollars(sums.discount)}`) : [],
    sums.freight ? row('Freight', dollars(sums.freight)) : [],
    sums.hasParcel ? row('Shipping', sums.parcel ? dollars(sums.parcel) : 'Free') : [],
    row('Total before tax', dollars(sums.total), 'total'),
  ].flat();
}

function cartLine(lines, line, bill) {
  const { product, size } = line;
  const name = size ? `${product.name}, ${size}` : product.name;
  const price = element('p', { class: 'price' }, dollars(product.price * line.count));
  const recount = (event) => {
    line.count = wholeCount(event.target.value);
    event.target.value = line.count;
    price.textContent = dollars(product.price * line.count);
    writeCart(lines);
    bill.draw();
  };
  const remove = () => {
    writeCart(lines.filter((other) => other !== line));
    drawCart();
    find('[data-cart-spoken]').textContent = `${name} is out of your cart.`;
    find('h1').focus();
  };
  return element('li', { class: 'cart-line' },
    picture(product),
    element('div', { class: 'cart-words' },
      element('h2', {}, element('a', { href: pageOf(product) }, product.name)),
      element('p', { class: 'quiet' }, size ? `Size ${size}` : product.kind),
      element('div', { class: 'cart-row' },
        element('label', { class: 'count' }, element('span', { class: 'unseen' }, `Quantity of ${name}`),
          element('input', { type: 'number', min: 1, max: mostOfOne, value: line.count, change: recount })),
        element('button', { class: 'link', type: 'button', 'aria-label': `Remove ${name}`, click: remove }, 'Remove'))),
    price);
}

function promoForm(lines, bill, notice) {
  const field = element('input', { id: 'promo', autocomplete: 'off', spellcheck: 'false' });
  const apply = (event) => {
    event.preventDefault();
    bill.code = field.value.trim().toUpperCase();
    bill.draw();
    if (bill.code !== promo.code) notice.textContent = 'We don’t know that code. Check the spelling and try again.';
    else notice.textContent = totals(lines, bill.code).discount ? 'Code applied.' : 'That code is good, but it doesn’t apply to bikes.';
  };
  return element('form', { class: 'promo', submit: apply },
    element('label', { for: 'promo' }, 'Promo'), field, element('button', { class: 'button plain' }, 'Apply'));
}

// ---------------------------------------------------------------- start
function answerForms() {
  const form = find('[data-return-form]');
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    find('[data-return-reply]').textContent = 'We can’t find that order: this is a demonstration shop, so there are none. In a real one your label would open here.';
  });
}

drawShelves();
drawProduct();
drawCart();
answerForms();
drawCount(readCart());
// A page taken back from memory by the Back button shows the cart as it was: bring it up to date.
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  drawCart();
  drawCount(readCart());
});
