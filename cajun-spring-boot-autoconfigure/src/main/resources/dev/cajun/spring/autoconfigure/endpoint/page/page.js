'use strict';

const INTERVAL = 2000;
const COLOURS = 8;
const MOST_MOVES = 100;
const ORDERS = { 'by-messages': 'byMessages', 'by-time': 'byHandlerTime', 'by-mailbox': 'byMailbox' };

const state = { endpoint: null, nodes: [], hot: null, order: 'byMessages', actor: null, cells: [], colours: new Map() };
const find = (id) => document.getElementById(id);

/* Everything shown is set as text: a key may hold anything. */
function element(name, text, className) {
	const made = document.createElement(name);
	if (text !== undefined && text !== null) {
		made.textContent = text;
	}
	if (className) {
		made.className = className;
	}
	return made;
}

function row(cells) {
	const made = element('tr');
	made.append(...cells);
	return made;
}

function emptyRow(columns, text) {
	const cell = element('td', text, 'quiet');
	cell.colSpan = columns;
	return row([cell]);
}

/* Replaces rows only when something changed, so that focus and selection stay. */
function replace(target, rows, value) {
	const shown = JSON.stringify(value);
	if (target.dataset.shown !== shown) {
		target.replaceChildren(...rows());
		target.dataset.shown = shown;
	}
}

function button(label, action, className) {
	const made = element('button', label, className);
	made.type = 'button';
	made.addEventListener('click', action);
	return made;
}

function time(instant) {
	return instant ? new Date(instant).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' }) : '';
}

function rate(number) {
	return (number === undefined || number === null) ? '–' : number.toLocaleString(undefined,
			{ maximumFractionDigits: (number < 10) ? 1 : 0, minimumFractionDigits: (number < 10) ? 1 : 0 });
}

function say(text, done) {
	const trouble = find('trouble');
	if (trouble.textContent !== text) {
		trouble.textContent = text;
	}
	trouble.classList.toggle('done', Boolean(done));
}

// ---- the endpoint

function cookie(name) {
	const found = document.cookie.split('; ').find((each) => each.startsWith(name + '='));
	return found && decodeURIComponent(found.slice(name.length + 1));
}

async function call(path, options) {
	const response = await fetch(state.endpoint + path, { credentials: 'same-origin', cache: 'no-store',
		headers: { 'Accept': 'application/json' }, ...options });
	let body = null;
	try {
		body = await response.json();
	}
	catch (ignored) {
		// A proxy or a login page may answer with something else
	}
	if (!response.ok || body === null) {
		throw new Error((body && (body.reason || body.error)) || `The endpoint answered ${response.status}`);
	}
	return body;
}

function post(path, body) {
	const headers = { 'Accept': 'application/json', 'Content-Type': 'application/json' };
	const token = cookie('XSRF-TOKEN');
	if (token) {
		headers['X-XSRF-TOKEN'] = token;
	}
	return call(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

function ask(question, withForce) {
	const dialog = find('confirm');
	find('question').textContent = question;
	find('force').checked = false;
	find('force-label').hidden = !withForce;
	dialog.returnValue = 'no';
	dialog.showModal();
	return new Promise((resolve) => dialog.addEventListener('close',
			() => resolve(dialog.returnValue === 'yes'), { once: true }));
}

async function operate(question, path, body, withForce) {
	if (!await ask(question, withForce)) {
		return;
	}
	try {
		const done = await post(path, withForce ? { ...body, force: String(find('force').checked) } : body);
		message(done.result || 'Done');
	}
	catch (error) {
		message(error.message, true);
	}
	refresh();
}

/* What an operation answered stays for a while; then troubles of the cluster are shown again. */
function message(text, failed) {
	state.message = { text, failed, until: Date.now() + 10000 };
	say(text, !failed);
}

// ---- what is shown

function colour(node) {
	if (!state.colours.has(node)) {
		state.colours.set(node, 'c' + state.colours.size % COLOURS);
	}
	return state.colours.get(node);
}

/* A node's name; an id has its incarnation behind it. */
function nodeCell(id) {
	const name = id && id.split('#')[0];
	const cell = element('td');
	cell.append(element('span', null, 'dot ' + (name ? colour(name) : '')), name || '–');
	return cell;
}

const STATES = { UP: 'good', DRAINING: 'warn', JOINING: 'warn', STARTING: 'warn' };

function showOverview(overview) {
	find('cluster').textContent = overview.cluster;
	document.title = overview.cluster + ' · Cajun cluster';
	const status = find('status');
	status.textContent = overview.status;
	status.className = 'badge ' + ({ UP: 'good', OUT_OF_SERVICE: 'warn' }[overview.status] || 'bad');
	state.trouble = overview.trouble;
	find('facts').textContent = `${overview.mode} · leader ${overview.leader || 'none'} · seen from ${overview.node.split('#')[0]}`
		+ ` · ${overview.store.description}`;
}

function showNodes(answer) {
	state.nodes = answer.nodes;
	answer.nodes.forEach((node) => colour(node.name));
	replace(find('nodes'), () => answer.nodes.map((node) => nodeRow(node, answer.unanswered.includes(node.name))), answer);
	const names = answer.nodes.map((node) => node.name);
	replace(find('target'), () => names.map((name) => element('option', name)), names);
}

function nodeRow(node, silent) {
	const name = nodeCell(node.name);
	if (node.leader) {
		name.append(' ', element('span', 'leader', 'quiet'));
	}
	const active = node.activations && Object.values(node.activations).reduce((sum, count) => sum + count, 0);
	const actors = element('td', active ?? '–', 'n');
	if (node.quarantined) {
		actors.append(' ', element('span', `${node.quarantined} quarantined`, 'bad'));
	}
	const status = element('td', silent ? 'does not answer' : node.state, silent ? 'bad' : STATES[node.state] || 'bad');
	if (node.trouble && !silent) {
		status.append(' ', element('span', node.trouble, 'bad'));
	}
	/* The first attempt to connect is no trouble yet. */
	const broken = Object.entries(node.links || {}).filter(([other, link]) => ['SILENT', 'WAITING'].includes(link)
		|| node.breakers[other] !== 'CLOSED');
	const tools = element('td', null, 'write');
	tools.append((node.state === 'DRAINING')
		? button('Undrain', () => operate(`Let node ${node.name} take shards again?`,
			`/nodes/${encodeURIComponent(node.name)}/undrain`, {}))
		: button('Drain', () => drain(node.name)));
	return row([name,
		status, element('td', node.shards, 'n'), actors,
		element('td', rate(node.messagesPerSecond), 'n'), element('td', node.zone || '–'),
		element('td', node.version || '–'),
		element('td', broken.length ? broken.map(([other, link]) => `${other} ${link}`).join(', ') : 'all work',
			broken.length ? 'bad' : 'quiet'), tools]);
}

async function drain(name) {
	try {
		const plan = await call(`/nodes/${encodeURIComponent(name)}/drain-plan`);
		operate(`Drain node ${name}? It hands over ${plan.moves.length} shards.`,
			`/nodes/${encodeURIComponent(name)}/drain`, {}, true);
	}
	catch (error) {
		message(error.message, true);
	}
}

function showShards(answer) {
	const map = find('shards');
	if (state.cells.length !== answer.shards.length) {
		state.cells = answer.shards.map(() => element('i'));
		map.replaceChildren(...state.cells);
	}
	const counts = new Map();
	let moving = 0;
	let pinned = 0;
	answer.shards.forEach((shard, index) => {
		const owner = shard.owner || '';
		counts.set(owner, (counts.get(owner) || 0) + 1);
		moving += shard.movingTo ? 1 : 0;
		pinned += shard.pinnedTo ? 1 : 0;
		const classes = [owner && colour(owner), shard.movingTo && 'moving', shard.pinnedTo && 'pinned'];
		const cell = state.cells[index];
		const className = classes.filter(Boolean).join(' ');
		const title = `Shard ${shard.shard}: ${owner || 'no owner'}, epoch ${shard.epoch}`
			+ (shard.movingTo ? `, moving to ${shard.movingTo}` : '') + (shard.pinnedTo ? `, pinned to ${shard.pinnedTo}` : '');
		if (cell.className !== className) {
			cell.className = className;
		}
		if (cell.title !== title) {
			cell.title = title;
		}
	});
	const owners = [...counts.keys()].sort();
	const legend = [...owners.map((owner) => [owner, `${owner || 'no owner'} ${counts.get(owner)}`]),
		[null, `${moving} moving (striped)`], [null, `${pinned} pinned (framed)`]];
	replace(find('legend'), () => legend.map(([owner, text]) => {
		const item = element('li', null, (owner === null) ? 'quiet' : '');
		if (owner !== null) {
			item.append(element('span', null, 'dot ' + (owner ? colour(owner) : '')));
		}
		item.append(text);
		return item;
	}), legend);
	map.setAttribute('aria-label', 'Shards by owner: ' + legend.map(([, text]) => text).join(', '));
}

function showMoves(answer) {
	const moves = answer.migrations.slice(0, MOST_MOVES);
	replace(find('moves'), () => moves.length ? moves.map((move) => row([element('td', move.shard, 'n'),
		nodeCell(move.from), nodeCell(move.to), element('td', move.reason),
		element('td', move.phase, { COMPLETED: 'good', ABORTED: 'bad', FAILED: 'bad' }[move.phase] || 'warn'),
		element('td', time(move.started))])) : [emptyRow(6, 'None that this node saw')], moves);
}

function showHot(answer) {
	state.hot = answer;
	const actors = answer[state.order];
	replace(find('hot'), () => actors.length ? actors.map((actor) => {
		const cell = element('td', null, 'key');
		cell.append(button(`${actor.type}/${actor.key}`, () => choose(actor.type, actor.key), 'link'));
		return row([cell, nodeCell(actor.node), element('td', rate(actor.messagesPerSecond), 'n'),
			element('td', `${(actor.busy * 100).toFixed(1)} %`, 'n'), element('td', actor.mailbox, 'n')]);
	}) : [emptyRow(5, 'No actor had anything to do lately')], [state.order, actors]);
}

function showTypes(answer) {
	const names = answer.types.map((type) => type.type);
	replace(find('type'), () => names.map((name) => element('option', name)), names);
}

const REASONS = { FOUND: 'it owned the shard when this node came', FIRST: 'nobody owned the shard',
	MEMBERSHIP: 'the set of nodes changed', DRAIN: 'the former owner was drained', MIGRATE: 'an operator moved it',
	LOAD: 'the former owner had too much to do', LOST: 'the former owner was lost',
	AGAIN: 'the owner claimed it again' };

function why(owner) {
	return `${owner.reason}: ${REASONS[owner.reason] || ''}`;
}

function showActor(actor) {
	const facts = [['Actor', `${actor.type}/${actor.key}`], ['Node', actor.node],
		['Shard', `${actor.shard}, epoch ${actor.epoch}`],
		['Owner since', actor.owners.length ? time(actor.owners[0].since) : '–'],
		['Moved last', actor.owners.length ? why(actor.owners[0]) : 'not known'],
		['Active', actor.active ? `since ${time(actor.activeSince)}` : 'no'], ['Phase', actor.phase],
		['Mailbox', actor.mailbox], ['In hand', actor.messageType],
		['Sequence', `${actor.sequence}, snapshot at ${actor.snapshotSequence}`], ['Last error', actor.lastError],
		['Quarantine', actor.quarantine]].filter(([, value]) => value !== undefined && value !== null);
	replace(find('actor'), () => {
		const list = element('dl');
		facts.forEach(([name, value]) => {
			const shown = element('dd', value, (name === 'Last error' || name === 'Quarantine') ? 'bad' : '');
			shown.dataset.fact = name;
			list.append(element('dt', name), shown);
		});
		const table = element('table');
		actor.owners.forEach((owner) => table.append(row([nodeCell(owner.node), element('td', time(owner.since)),
			element('td', why(owner)), element('td', `epoch ${owner.epoch}`, 'n')])));
		const owners = element('div', null, 'scroll');
		owners.append(element('h2', 'Owners of its shard'), table);
		return actor.owners.length ? [list, owners] : [list];
	}, { ...actor, running: undefined, stack: undefined });
	find('migrate').hidden = false;
	find('release').hidden = !actor.quarantine;
}

function choose(type, key) {
	find('type').value = type;
	find('key').value = key;
	explain(type, key);
}

async function explain(type, key) {
	state.actor = { type, key };
	try {
		await readActor((path) => call(path));
	}
	catch (error) {
		message(error.message, true);
	}
}

/* Another actor may be asked for meanwhile. */
async function readActor(read) {
	const wanted = state.actor;
	const show = (actor) => (state.actor === wanted) && showActor(actor);
	const answer = await read(`/actors/${encodeURIComponent(wanted.type)}?key=${encodeURIComponent(wanted.key)}`, show);
	if (answer) {
		show(answer);
	}
}

// ---- polling

/* Each part keeps what it had when its read fails. */
async function refresh() {
	clearTimeout(state.timer);
	if (document.hidden || state.refreshing) {
		return;
	}
	state.refreshing = true;
	const unanswered = new Set();
	const failures = new Set();
	const read = async (path, show) => {
		try {
			const answer = await call(path);
			(answer.unanswered || []).forEach((node) => unanswered.add(node));
			show(answer);
		}
		catch (error) {
			failures.add(error.message);
		}
	};
	await read('/nodes', showNodes);
	if (unanswered.size > 0) {
		// The reads below wait for the same nodes
		showTroubles(failures, unanswered);
	}
	await Promise.all([read('', showOverview), read('/types', showTypes), read('/shards', showShards),
		read('/migrations', showMoves), read('/hot-actors', showHot), state.actor ? readActor(read) : null]);
	if (failures.size === 0) {
		find('updated').textContent = 'as of ' + new Date().toLocaleTimeString();
	}
	showTroubles(failures, unanswered);
	state.refreshing = false;
	state.timer = setTimeout(refresh, INTERVAL);
}

function showTroubles(failures, unanswered) {
	if (!state.message || state.message.until < Date.now()) {
		const troubles = [...failures].map((failure) => 'Shown is what was known before: ' + failure);
		if (failures.size === 0 && state.trouble) {
			troubles.push(state.trouble);
		}
		if (unanswered.size > 0) {
			troubles.unshift(`Does not answer: ${[...unanswered].sort().join(', ')}`);
		}
		say(troubles.join(' · '));
	}
}

function path(actor, operation) {
	return [`/actors/${encodeURIComponent(actor.type)}/${operation}`, { key: actor.key }];
}

function listen() {
	find('explain').addEventListener('submit', (event) => {
		event.preventDefault();
		explain(find('type').value, find('key').value);
	});
	find('migrate').addEventListener('submit', (event) => {
		event.preventDefault();
		const actor = state.actor;
		const target = find('target').value;
		const [where, body] = path(actor, 'migrate');
		operate(`Move the shard of ${actor.type}/${actor.key} to node ${target} and pin it there?`, where,
			{ ...body, target });
	});
	find('unpin').addEventListener('click', () => {
		const actor = state.actor;
		operate(`Unpin the shard of ${actor.type}/${actor.key}?`, ...path(actor, 'migrate'));
	});
	find('release').addEventListener('click', () => {
		const actor = state.actor;
		operate(`Release ${actor.type}/${actor.key}, so that it takes messages again?`, ...path(actor, 'release'));
	});
	find('plan').addEventListener('click', async () => {
		try {
			message((await post('/rebalance', { dryRun: 'true' })).result);
		}
		catch (error) {
			message(error.message, true);
		}
	});
	find('rebalance').addEventListener('click', () => operate('Move shards until all nodes have their part?',
		'/rebalance', { dryRun: 'false' }));
	find('resign').addEventListener('click', () => operate('Let another node lead?', '/leader/resign', {}));
	for (const [id, order] of Object.entries(ORDERS)) {
		find(id).addEventListener('click', () => {
			state.order = order;
			Object.keys(ORDERS).forEach((each) => find(each).setAttribute('aria-pressed', String(each === id)));
			if (state.hot) {
				showHot(state.hot);
			}
		});
	}
	document.addEventListener('visibilitychange', refresh);
}

async function start() {
	try {
		// What is opened with a password in its address may fetch nothing with it
		const here = location.origin + location.pathname;
		const response = await fetch(new URL('settings.json', here), { credentials: 'same-origin', cache: 'no-store' });
		const settings = await response.json();
		// The page is one level below the context path, which only the browser knows for sure
		state.endpoint = new URL('..' + settings.endpoint, here).href;
		document.body.classList.toggle('writable', settings.writable);
		find('writes').textContent = settings.writable ? '' : 'read-only';
		listen();
		refresh();
	}
	catch (error) {
		say('The page could not be started: ' + error.message);
		setTimeout(start, INTERVAL);
	}
}

start();
