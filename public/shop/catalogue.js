// What Harbor Outfitters sells: prices in whole dollars, `freight` in dollars a piece (absent: sent as a parcel).
// `facts` are the rows of a product page's table; `soldOut` names the sizes one can only ask to be told about.

const frame = ['Warranty', 'Frame for life, components two years'];
const built = ['Arrives', 'About 90% built; free assembly in any store'];
const battery = ['Battery', '25–70 miles a charge, full again in about 4.5 hours'];
const bikeSizes = ['S', 'M', 'L', 'XL'];
const clothingSizes = ['XS', 'S', 'M', 'L', 'XL'];

export const shelves = [
  { id: 'bikes', name: 'Bikes' },
  { id: 'e-bikes', name: 'E-bikes' },
  { id: 'kayaks', name: 'Kayaks' },
  { id: 'tents', name: 'Tents' },
  { id: 'jackets', name: 'Jackets' },
  { id: 'racks', name: 'Racks & carry' },
];

export const products = [
  {
    id: 'headland-29', shelf: 'bikes', name: 'Headland 29', price: 1290, freight: 49, sizes: bikeSizes,
    kind: 'Trail bike',
    picture: 'A red trail bike with a suspension fork and knobby tires',
    words: 'A calm, quick trail bike for roots, ruts and the long way home. The front end is slack enough to forgive you and the back is short enough to play.',
    facts: [['Frame', 'Double-butted aluminum, 130 mm fork'], ['Wheels', '29 in, tubeless-ready, 2.4 in tires'], ['Gears', '1 × 12, 10–51 teeth'], ['Weight', '30.2 lb in size M'], built, frame],
  },
  {
    id: 'quayside', shelf: 'bikes', name: 'Quayside', price: 749, freight: 49, sizes: bikeSizes, soldOut: ['XL'],
    kind: 'City bike',
    picture: 'A teal city bike with fenders, a rear rack and a leather pannier',
    words: 'For the seven o’clock ferry and the Sunday market. Fenders, a rack and a light that runs off the wheel are already on it, so it is ready when the weather isn’t.',
    facts: [['Frame', 'Chromoly steel, horizontal top tube'], ['Wheels', '28 in with 38 mm puncture-guard tires'], ['Gears', '8-speed hub, no derailleur to knock'], ['On it', 'Fenders, rear rack, dynamo lights'], built, frame],
  },
  {
    id: 'tideline-e', shelf: 'e-bikes', name: 'Tideline E', price: 2190, freight: 49, sizes: ['S', 'M', 'L'],
    kind: 'Step-through e-bike, Class 1',
    picture: 'A mint-green step-through e-bike with a front basket and a battery in the frame',
    words: 'Step in, set off, arrive dry and unhurried. Its motor helps up to 20 mph, hides its battery in the frame and charges from any wall socket.',
    facts: [['Motor', 'Mid-drive, 55 Nm, three modes'], battery, ['Frame', 'Low step-through aluminum'], ['License', 'None needed in most states (Class 1)'], built, frame],
  },
  {
    id: 'headland-e', shelf: 'e-bikes', name: 'Headland E', price: 3890, freight: 49, sizes: bikeSizes,
    kind: 'Trail e-bike, Class 1',
    picture: 'A blue trail e-bike with a suspension fork and a thick down tube that holds the battery',
    words: 'The Headland with a tailwind. It takes the sting out of the climb and leaves the descent exactly as it was.',
    facts: [['Motor', 'Mid-drive, 85 Nm, four modes'], battery, ['Frame', 'Aluminum, 140 mm front and rear'], ['Rain', 'Fine; never pressure-wash the motor'], built, frame],
  },
  {
    id: 'breakwater-14', shelf: 'kayaks', name: 'Breakwater 14', price: 1190, freight: 89,
    kind: 'Touring kayak',
    picture: 'A long red touring kayak with a yellow paddle laid across it',
    words: 'Fourteen feet of straight line. It tracks well in a crosswind, carries a long weekend under its hatches and still turns where the creek does.',
    facts: [['Length', '14 ft 2 in'], ['Weight', '54 lb'], ['Carries', 'Up to 325 lb'], ['Storage', 'Two dry hatches and deck lines'], ['Arrives', 'By freight in 7–12 business days']],
  },
  {
    id: 'cove-10', shelf: 'kayaks', name: 'Cove 10', price: 629, freight: 89,
    kind: 'Recreational kayak',
    picture: 'A short, wide yellow kayak with a padded seat and a fishing rod',
    words: 'Stable enough to stand a thermos on. The Cove is the boat for lakes, lazy rivers and the first time out, with a seat you can sit in till dusk.',
    facts: [['Length', '10 ft'], ['Weight', '46 lb'], ['Carries', 'Up to 300 lb'], ['On it', 'Rod holder, padded seat, paddle rest'], ['Arrives', 'By freight in 7–12 business days']],
  },
  {
    id: 'lantern-2', shelf: 'tents', name: 'Lantern 2', price: 329,
    kind: 'Two-person backpacking tent',
    picture: 'A small teal tent glowing at dusk',
    words: 'Three pounds and change, up in four minutes, and taut in the wind. Two doors, so nobody climbs over anybody at 3 a.m.',
    facts: [['Sleeps', 'Two'], ['Packed weight', '3 lb 9 oz'], ['Floor', '30 sq ft, 42 in high'], ['Seasons', 'Three'], ['Warranty', 'Five years']],
  },
  {
    id: 'basecamp-4', shelf: 'tents', name: 'Basecamp 4', price: 489,
    kind: 'Four-person family tent',
    picture: 'A roomy orange tent with a window and an open porch',
    words: 'Room for two grown-ups, two children and the dog that was going to stay home. Stand up in the middle, cook under the porch.',
    facts: [['Sleeps', 'Four'], ['Packed weight', '17 lb'], ['Floor', '74 sq ft, 75 in high'], ['Seasons', 'Three'], ['Warranty', 'Five years']],
  },
  {
    id: 'squall', shelf: 'jackets', name: 'Squall shell', price: 189, sizes: clothingSizes, soldOut: ['XS'],
    kind: 'Three-layer rain jacket',
    picture: 'A teal hooded rain jacket with yellow zippers',
    words: 'For weather that comes sideways. Three layers, taped seams, a hood that turns with your head and pockets you can reach under a pack.',
    facts: [['Fabric', 'Three-layer recycled nylon, 20K'], ['Weight', '13 oz in size M'], ['Fit', 'Regular, room for a mid-layer'], ['Care', 'Wash with a technical cleaner, tumble warm']],
  },
  {
    id: 'ember', shelf: 'jackets', name: 'Ember down jacket', price: 229, sizes: clothingSizes,
    kind: '800-fill down jacket',
    picture: 'A rust-red quilted down jacket',
    words: 'Packs to the size of a loaf and warms like one. Traceable 800-fill down, a high collar and a hem that keeps the draft out.',
    facts: [['Fill', '800-fill responsible down'], ['Weight', '12 oz in size M'], ['Fit', 'Trim; go up a size to layer'], ['Care', 'Down wash only, tumble low']],
  },
  {
    id: 'crossbar', shelf: 'racks', name: 'Crossbar roof rack', price: 279,
    kind: 'Aero roof rack, pair',
    picture: 'A station wagon carrying a kayak on a roof rack',
    words: 'Two quiet bars that carry two bikes, one boat or both tents. Locks included; our stores fit it for $60 by appointment.',
    facts: [['Carries', 'Up to 165 lb'], ['Fits', 'Raised rails, flush rails and bare roofs'], ['Locks', 'Four, keyed alike'], ['Fitting', '$60 in any store']],
  },
  {
    id: 'drybag-20', shelf: 'racks', name: 'Stowaway dry bag', price: 34, sizes: ['20 L', '35 L'],
    kind: 'Roll-top dry bag',
    picture: 'A teal roll-top dry bag with an anchor on it',
    words: 'Fold three times, clip, forget. Keeps a sleeping bag dry in a capsize and a laptop dry in a downpour.',
    facts: [['Fabric', '420-denier, welded seams'], ['Strap', 'Removable, doubles as a tie-down'], ['Weight', '9 oz (20 L)']],
  },
];

export const productById = (id) => products.find((product) => product.id === id);
