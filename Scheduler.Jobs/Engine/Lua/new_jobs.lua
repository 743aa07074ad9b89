-- How new jobs are written and become visible. Included after shared.
-- A group is a run of new jobs that differ only in their id and arguments. In ARGV:
--   queue, delay (ms, 0 = none), run at (ms, 0 = now), tags (separated by spaces), recurring id or '', contract ('' = Hangfire
--   expression), number of further hash fields, these as name, value..., number of jobs, then for each: id, the rest of its call
-- Every write but that of the hashes is one command for the group.
-- include: job_index

local function some(text) return text ~= '' and text or nil end

-- Gives the group that begins at ARGV[at], and where the next one begins.
local function read_group(at)
  local g = { queue = ARGV[at], tags = {}, recurring = some(ARGV[at + 4]), contract = ARGV[at + 5], ids = {}, rests = {}, fields = {} }
  local delay = tonumber(ARGV[at + 1])
  g.due = delay > 0 and now + delay or tonumber(ARGV[at + 2])
  for tag in string.gmatch(ARGV[at + 3], '%S+') do g.tags[#g.tags + 1] = tag end
  local count = tonumber(ARGV[at + 6]) * 2
  for i = 1, count do g.fields[i] = ARGV[at + 6 + i] end
  for i = 1, count, 2 do
    -- Counted from when the job is to run, by this server's clock.
    if g.fields[i] == 'ExpiresIn' then
      g.expires = string.format('%d', math.max(g.due, now) + tonumber(g.fields[i + 1]))
      g.fields[i], g.fields[i + 1] = 'ExpiresAt', g.expires
    end
  end
  at = at + 7 + count
  local jobs = tonumber(ARGV[at])
  for i = 1, jobs do g.ids[i], g.rests[i] = ARGV[at + i * 2 - 1], ARGV[at + i * 2] end
  return g, at + jobs * 2 + 1
end

local function state_of(g) return g.due > now and 'Scheduled' or 'Enqueued' end

-- The first key that a group would write and that is of a foreign type; nil where there is none. Each key is looked at once.
local looked_at = {}
local function foreign_key_of(g)
  local function is_foreign(name, wanted)
    if looked_at[name] == nil then looked_at[name] = not is_type(P .. name, wanted) end
    return looked_at[name]
  end
  local queue = 'queue:' .. g.queue
  if looked_at[queue] == nil then looked_at[queue] = not job_keys_are_sound(g.queue) end
  if looked_at[queue] then return queue .. ', schedule, queues, jobs or events' end
  if g.expires and is_foreign('expiring', 'zset') then return 'expiring' end
  if #g.tags == 0 and not g.recurring then return nil end
  if is_foreign('linked', 'set') then return 'linked' end
  for _, tag in ipairs(g.tags) do
    if is_foreign('tag:' .. tag, 'zset') then return 'tag:' .. tag end
  end
  return g.recurring and is_foreign('runs:' .. g.recurring, 'zset') and 'runs:' .. g.recurring or nil
end

-- Fields that all jobs of a group have. A waiting job is kept small: no Queue field means 'default', and a history that lacks
-- its first line began as Enqueued at the call's first number.
local function shared_fields(g)
  local flat = {}
  local function add(name, value) flat[#flat + 1] = name; flat[#flat + 1] = value end
  if g.queue ~= 'default' then add('Queue', g.queue) end
  if g.due > now then add('RunAt', string.format('%d', g.due)); add('History', history_line('Scheduled')) end
  if g.recurring then add('RecurringId', g.recurring) end
  for i = 1, #g.fields do flat[#flat + 1] = g.fields[i] end
  return flat
end

-- An id that exists is left alone, so that a repeated call makes one job.
local function keep_new(g)
  local keys = {}
  for i = 1, #g.ids do keys[i] = job_key(g.ids[i]) end
  if redis.call('EXISTS', unpack(keys)) == 0 then return keys end
  local ids, rests, fresh = {}, {}, {}
  for i = 1, #keys do
    if redis.call('EXISTS', keys[i]) == 0 then
      ids[#ids + 1], rests[#rests + 1], fresh[#fresh + 1] = g.ids[i], g.rests[i], keys[i]
    end
  end
  g.ids, g.rests = ids, rests
  return fresh
end

local function write_long(key, state, head, rest, shared)
  local text = head .. rest
  local flat = { 'State', state, 'Call', text }
  if #text <= 1024 then
    local first = math.max(64, #head)
    flat[4] = string.sub(text, 1, first)
    for i = 2, #CALL do
      local from = first + (i - 2) * 64 + 1
      if from > #text then break end
      flat[#flat + 1] = CALL[i]
      flat[#flat + 1] = string.sub(text, from, from + 63)
    end
  end
  for i = 1, #shared do flat[#flat + 1] = shared[i] end
  redis.call('HSET', key, unpack(flat))
end

-- Writes one job's hash. room: how much of its own text the call's first piece holds; the rest are further fields, up to two of them
-- without a table.
local write, sub = redis.call, string.sub
local function write_hash(key, state, head, rest, room, ...)
  local length = #rest
  if length <= room then
    write('HSET', key, 'State', state, 'Call', head .. rest, ...)
  elseif length <= room + 64 then
    write('HSET', key, 'State', state, 'Call', head .. sub(rest, 1, room), 'Call1', sub(rest, room + 1), ...)
  elseif length <= room + 128 then
    write('HSET', key, 'State', state, 'Call', head .. sub(rest, 1, room), 'Call1', sub(rest, room + 1, room + 64),
      'Call2', sub(rest, room + 65), ...)
  else
    write_long(key, state, head, rest, { ... })
  end
end

-- Writes the hashes of a group's jobs that do not exist yet, and leaves those in the group. mark: '+' in a large batch.
local function write_jobs(g, mark)
  local keys, state, shared = keep_new(g), state_of(g), shared_fields(g)
  local head = NOW .. (mark or '') .. '\n' .. g.contract .. '\n'
  local room = math.max(64 - #head, 0)
  for i = 1, #keys do write_hash(keys[i], state, head, g.rests[i], room, unpack(shared)) end
  if not g.expires or #g.ids == 0 then return end
  local flat = {}
  for i = 1, #g.ids do flat[i * 2 - 1], flat[i * 2] = g.expires, g.ids[i] end
  redis.call('ZADD', P .. 'expiring', unpack(flat))
end

-- Other keys that name the jobs; 'linked' tells trim_final that there are such.
local function link(ids, tags, recurring)
  if #tags == 0 and not recurring then return end
  local flat = {}
  for i = 1, #ids do flat[i * 2 - 1], flat[i * 2] = 0, ids[i] end
  for _, tag in ipairs(tags) do redis.call('ZADD', P .. 'tag:' .. tag, unpack(flat)) end
  if recurring then redis.call('ZADD', P .. 'runs:' .. recurring, unpack(flat)) end
  redis.call('SADD', P .. 'linked', unpack(ids))
end

local function push_new(queue, ids)
  if redis.call('LPUSH', P .. 'queue:' .. queue, unpack(ids)) > #ids then return end
  redis.call('SADD', P .. 'queues', queue)
  redis.call('PUBLISH', P .. 'wake', 'queue ' .. queue)
end

local function schedule_new(ids, due)
  local score, flat = string.format('%.3f', due / 1000), {}
  for i = 1, #ids do flat[i * 2 - 1], flat[i * 2] = score, ids[i] end
  redis.call('ZADD', P .. 'schedule', unpack(flat))
  local first = redis.call('ZRANGE', P .. 'schedule', 0, 0, 'WITHSCORES')
  if tonumber(first[2]) >= tonumber(score) then redis.call('PUBLISH', P .. 'wake', 'schedule') end
end

-- Makes up to 1,000 written jobs visible: lists, indexes, and the schedule or (due 0) their queue. created: ms, the earliest; nil = now.
local function show_jobs(ids, queue, due, tags, recurring, created)
  if #ids == 0 then return end
  add_to_index(ids, created)
  link(ids, tags, recurring)
  if due > 0 then schedule_new(ids, due) else push_new(queue, ids) end
end

local function emit_enqueued(g)
  local state, tags = state_of(g), '[]'
  for i = 1, #g.fields, 2 do
    if g.fields[i] == 'Tags' then tags = g.fields[i + 1] end
  end
  if some(g.contract) then return emit_all('job.enqueued', g.ids, g.contract, g.queue, tags, 0, g.recurring, state) end
  for i = 1, #g.ids do
    local kind = expression_name(string.match(g.rests[i], '^([^\n]*)\n([^\n]*)'))
    emit_of('job.enqueued', g.ids[i], kind, g.queue, tags, 0, g.recurring, state)
  end
end

local function show_group(g) show_jobs(g.ids, g.queue, g.due > now and g.due or 0, g.tags, g.recurring) end

local function create_jobs(g)
  write_jobs(g)
  show_group(g)
  emit_enqueued(g)
end
