-- Jobs as the stock package writes them: history and state data in keys of their own, instants as ISO 8601 or ms, finished jobs
-- in lists and sets of other names. Included by the take_over scripts after shared. Nothing here writes by itself.
-- include: job_index
-- include: instants

-- Data that a line of ours, or the job's hash, tells anyway.
local TOLD = { State = true, Reason = true, CreatedAt = true, EnqueuedAt = true, Queue = true, ScheduledAt = true, StartedAt = true,
  ServerId = true, SucceededAt = true, Result = true, FailedAt = true, DeletedAt = true }

local function convert_line(text)
  local ok, data = pcall(cjson.decode, text)
  if not ok or type(data) ~= 'table' or type(data.State) ~= 'string' then return nil end
  local rest = {}
  for name, value in pairs(data) do
    if not TOLD[name] and type(value) == 'string' then rest[#rest + 1] = quote(name) .. ':' .. quote(value) end
  end
  table.sort(rest)
  local at = string.format('%d', to_ms(data.CreatedAt) or now)
  local line = '{"s":' .. quote(data.State) .. ',"t":' .. at
  if type(data.Reason) == 'string' then line = line .. ',"r":' .. quote(data.Reason) end
  if type(data.ServerId) == 'string' then line = line .. ',"w":' .. quote(data.ServerId) end
  if #rest > 0 then line = line .. ',"d":{' .. table.concat(rest, ',') .. '}' end
  return line .. '}', data
end

-- The job's history with the stock package's lines in it, the last 20 by their instants, and the data of the newest stock line.
-- Notes on the way in which queue the job waited last.
local function merged_history(job)
  if not is_type(job_key(job.id) .. ':history', 'list') then return job.History, nil end
  local lines, newest = {}, nil
  local function take(line)
    lines[#lines + 1] = { line = line, at = tonumber(instant_of_line(line)) or 0, place = #lines }
  end
  for _, text in ipairs(redis.call('LRANGE', job_key(job.id) .. ':history', -20, -1)) do
    local line, data = convert_line(text)
    if line then
      take(line)
      newest = data
      if type(data.Queue) == 'string' then job.LastQueue = data.Queue end
    end
  end
  for line in string.gmatch(job.History or '', '[^\n]+') do take(line) end
  table.sort(lines, function(a, b) return a.at < b.at or (a.at == b.at and a.place < b.place) end)
  local kept = {}
  for i = math.max(1, #lines - 19), #lines do kept[#kept + 1] = lines[i].line end
  return table.concat(kept, '\n'), newest
end

-- Makes a job one of ours as far as it can be while others may still change it: history, index, schedule, queue (where none is
-- given, the one in which it waited last).
local function adopt(job, queue)
  if INDEXED and job.TakenOver then index_job(job) end
  local key = job_key(job.id)
  local history, newest = merged_history(job)
  queue = queue or job.Queue or job.LastQueue
  local flat = { 'TakenOver', job.TakenOver or NOW }
  local function add(name, value) flat[#flat + 1] = name; flat[#flat + 1] = value end
  if history and history ~= '' then add('History', history); job.History = history end
  if queue and queue ~= (job.Queue or 'default') then add('Queue', queue); job.Queue = queue end
  local recurring = not job.RecurringId and string.match(job.RecurringJobId or '', '^"([^"\\]+)"$')
  if recurring then add('RecurringId', recurring) end
  redis.call('HSET', key, unpack(flat))
  redis.call('DEL', key .. ':history')
  if not job.TakenOver then
    local created = string.match(job.Call or '', '^%d+') or redis.call('HGET', key, 'CreatedAt') or nil
    add_to_index({ job.id }, to_ms(created) or 0)
  end
  if recurring then
    redis.call('ZADD', P .. 'runs:' .. recurring, 0, job.id)
    redis.call('SADD', P .. 'linked', job.id)
  end
  return newest
end

local function load_stock(id, ...) return load_job(id, 'TakenOver', 'RecurringJobId', ...) end

-- The jobs that wait for this one, and those that wait for them.
local function adopt_continuations(job)
  local open = { job }
  for _ = 1, 200 do
    local parent = table.remove(open)
    if not parent then return end
    for id in string.gmatch(parent.Continuations or '', '"[Jj]ob[Ii]d":"([^"]+)"') do
      local child = load_stock(id)
      if child and child.State == 'Awaiting' and not child.TakenOver then
        adopt(child)
        redis.call('ZADD', P .. 'awaiting', 'NX', NOW, id)
        open[#open + 1] = child
      end
    end
  end
end

local function keys_are_sound()
  for name, wanted in pairs({ jobs = 'list', linked = 'set', awaiting = 'zset', continuations = 'zset', events = 'zset', queues = 'set',
      ['final:Succeeded'] = 'zset', ['final:Failed'] = 'zset', ['final:Deleted'] = 'zset' }) do
    if not is_type(P .. name, wanted) then return false end
  end
  return true
end
