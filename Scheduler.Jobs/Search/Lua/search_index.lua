-- Optional indexes of the search. RedisScript puts this into shared where some are on; where none is, no script knows of them.
--   by:state:{State}, by:queue:{name}, by:type:{type}, by:worker:{id}   zset, score 0: jobs; ids sort by creation
-- A job stands under the state, queue and type that it has, and the worker that runs it or ran it last. What a script changes is
-- noted first and written at its end.
-- KEYS[1]  {prefix}tx, of the script of which this is a part
local touched, index_removals, index_adds = {}, {}, {}

local function put(list, field, value, id)
  local key = P .. 'by:' .. field .. ':' .. value
  if not list[key] then list[key] = {} end
  list[key][#list[key] + 1] = id
end

local function worker_of(start, history)
  if start then return string.match(start, '^%d+ ?(.*)$') end
  return string.match(history or '', '.*"w":"([^"]*)"')
end

-- The values under which a job stands; none for one that is not there.
local function places_of(job)
  if not job.State then return {} end
  return { state = job.State, queue = job.Queue or 'default', worker = INDEXED.worker and worker_of(job.Start, job.History),
    type = INDEXED.type and type_of({ id = job.id, Call = job.Call, Contract = contract_of(job.Call) }) }
end

local PLACE_FIELDS = { 'State', 'Queue', 'Call', 'Start', 'History' }
local function read_places(id)
  local values, job = redis.pcall('HMGET', job_key(id), unpack(PLACE_FIELDS)), { id = id }
  for i = 1, values.err and 0 or #PLACE_FIELDS do job[PLACE_FIELDS[i]] = values[i] or nil end
  return places_of(job)
end

-- Before anything of a job changes: the first look counts.
index_job = function(job) touched[job.id] = touched[job.id] or places_of(job) end

-- Jobs that nothing names yet.
index_new = function(ids)
  for i = 1, #ids do touched[ids[i]] = touched[ids[i]] or {} end
end

-- Jobs that are about to go.
unindex = function(ids)
  for i = 1, #ids do
    for field, value in pairs(read_places(ids[i])) do
      if INDEXED[field] and value then put(index_removals, field, value, ids[i]) end
    end
  end
end

-- The two commonest changes, without a second look.
index_state = function(id, from, to)
  if not INDEXED.state then return end
  put(index_removals, 'state', from, id)
  put(index_adds, 'state', to, id)
end
index_start = function(job, worker)
  index_state(job.id, job.State, 'Processing')
  local was = INDEXED.worker and worker_of(job.Start, job.History)
  if not INDEXED.worker or was == worker then return end
  if was then put(index_removals, 'worker', was, job.id) end
  put(index_adds, 'worker', worker, job.id)
end

local function note_changes(id, before)
  local after = read_places(id)
  for field in pairs(INDEXED) do
    if before[field] ~= after[field] then
      if before[field] then put(index_removals, field, before[field], id) end
      if after[field] then put(index_adds, field, after[field], id) end
    end
  end
end

-- A key of a foreign type must not stop the script: the jobs count, not their index.
write_indexes = function()
  for id, before in pairs(touched) do note_changes(id, before) end
  for key, ids in pairs(index_removals) do
    for i = 1, #ids, 1000 do redis.pcall('ZREM', key, unpack(ids, i, math.min(i + 999, #ids))) end
  end
  for key, ids in pairs(index_adds) do
    for i = 1, #ids, 1000 do
      local flat = {}
      for j = i, math.min(i + 999, #ids) do flat[#flat + 1] = 0; flat[#flat + 1] = ids[j] end
      redis.pcall('ZADD', key, unpack(flat))
    end
  end
  touched, index_removals, index_adds = {}, {}, {}
end
