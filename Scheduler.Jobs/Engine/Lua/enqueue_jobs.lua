-- Creates the jobs of one or more callers, each caller's all or none, and remembers their idempotency keys. At most 200 jobs in all.
-- KEYS[1]  {prefix}tx
-- KEYS[2+] {prefix}idem:{hash}   hash: body, ids (kept 24 h); one for each request with an idempotency key, in their order
-- ARGV[1]  prefix
-- ARGV[2]  number of requests; then for each request:
--          hash of the body, '' without a key; number of groups; then the groups, as in new_jobs.lua
-- reply    {now (ms), an answer for each request}, an answer being a text:
--          'accepted' | 'replayed ids separated by spaces' | 'reused' | 'refused reason'; the last two wrote nothing
-- Twice?   with a key: the second call replays. Without: ids that exist already are left alone, so one job each.
-- include: shared
-- include: new_jobs

local at, next_key = 3, 2

local function read_groups(count)
  local groups = {}
  for i = 1, count do groups[i], at = read_group(at) end
  return groups
end

-- Plain jobs of all requests for one queue become visible together, at the end.
local plain, plain_queues = {}, {}
local function show_later(g)
  if g.due > now or #g.tags > 0 or g.recurring then return show_group(g) end
  if not plain[g.queue] then
    plain[g.queue] = {}
    plain_queues[#plain_queues + 1] = g.queue
  end
  local ids = plain[g.queue]
  for i = 1, #g.ids do ids[#ids + 1] = g.ids[i] end
end

local function create(groups)
  for _, g in ipairs(groups) do
    local foreign = foreign_key_of(g)
    if foreign then return 'refused ' .. foreign_type(foreign) end
  end
  for _, g in ipairs(groups) do
    write_jobs(g)
    emit_enqueued(g)
    show_later(g)
  end
  return 'accepted'
end

-- What an earlier call with the same key was told; nil for a new key.
local function earlier_answer(key, body_hash)
  local known = redis.pcall('HMGET', key, 'body', 'ids')
  if known.err then return 'refused ' .. foreign_type('idem') end
  if not known[1] then return nil end
  return known[1] == body_hash and 'replayed ' .. known[2] or 'reused'
end

local function remember(key, body_hash, ids)
  redis.call('HSET', key, 'body', body_hash, 'ids', ids)
  redis.call('EXPIRE', key, 86400)
end

local function answer(body_hash, count)
  local groups = read_groups(count)
  if body_hash == '' then return create(groups) end
  local key, ids = KEYS[next_key], {}
  next_key = next_key + 1
  -- Before the jobs are written: a repeated id is taken out then, and yet belongs to the answer.
  for i, g in ipairs(groups) do ids[i] = table.concat(g.ids, ' ') end
  local answered = earlier_answer(key, body_hash) or create(groups)
  if answered == 'accepted' then remember(key, body_hash, table.concat(ids, ' ')) end
  return answered
end

local reply = { now }
for i = 1, tonumber(ARGV[2]) do
  local body_hash, count = ARGV[at], tonumber(ARGV[at + 1])
  at = at + 2
  reply[i + 1] = answer(body_hash, count)
end
for _, queue in ipairs(plain_queues) do show_jobs(plain[queue], queue, 0, {}) end
publish_events()
return reply
