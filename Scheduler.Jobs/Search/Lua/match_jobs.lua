-- Which of up to 1,000 jobs fit a filter. Reads only.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  state, queue, type, recurring id, worker, fingerprint, created from (ms), created before (ms); each '' = any
-- ARGV[10] number of tags, these; number of words, these in lower case; then the ids
-- reply    the ids that fit, in the order given
-- Twice?   harmless.
-- include: shared

local state, queue, kind, recurring, worker, print = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local from, before, at = tonumber(ARGV[8]), tonumber(ARGV[9]), 10

local function take_list()
  local list = {}
  for i = 1, tonumber(ARGV[at]) do list[i] = ARGV[at + i] end
  at = at + #list + 1
  return list
end
local tags, words = take_list(), take_list()

-- Field by field, and only until one does not fit: of most jobs the first tells enough.
local fields, checks = {}, {}
local function check(field, fits)
  fields[#fields + 1] = field
  checks[#checks + 1] = fits
end

if queue ~= '' then check('Queue', function(value) return (value or 'default') == queue end) end
if recurring ~= '' then check('RecurringId', function(value) return value == recurring end) end
if print ~= '' then check('Print', function(value) return value == print end) end
for _, tag in ipairs(tags) do
  check('Tags', function(value) return value and string.find(value, '"' .. tag .. '"', 1, true) end)
end
if kind ~= '' then
  check('Call', function(value, id)
    local contract = contract_of(value or nil)
    return contract == kind or (not contract and type_of({ id = id, Call = value or nil }) == kind)
  end)
end
if from or before then
  check('Call', function(value, id)
    local created = tonumber(string.match(value or redis.call('HGET', job_key(id), 'CreatedAt') or '', '^%d+') or 0)
    return created >= (from or 0) and created < (before or math.huge)
  end)
end
if worker ~= '' then
  check('Start', function(value, id)
    if value then return string.match(value, '^%d+ ?(.*)$') == worker end
    return string.match(redis.call('HGET', job_key(id), 'History') or '', '.*"w":"([^"]*)"') == worker
  end)
end

local function arguments_of(id, call)
  if not call then return redis.call('HGET', job_key(id), 'Arguments') or '' end
  local whole = whole_call(id, call)
  return string.match(whole, '^[^\n]*\n\n[^\n]*\n[^\n]*\n[^\n]*\n(.*)$') or string.match(whole, '^[^\n]*\n[^\n]*\n(.*)$') or ''
end
if #words > 0 then
  check('Call', function(value, id)
    local text = string.lower(arguments_of(id, value or nil) .. '\n' .. (redis.call('HGET', job_key(id), 'Error') or ''))
    for _, word in ipairs(words) do
      if not string.find(text, word, 1, true) then return false end
    end
    return true
  end)
end

-- A hash without a state is no job.
check('State', function(value) return value and (state == '' or value == state) end)

local function fits(id)
  local key = job_key(id)
  for i = 1, #checks do
    local value = redis.pcall('HGET', key, fields[i])
    if type(value) == 'table' or not checks[i](value, id) then return false end
  end
  return true
end

local found = {}
for i = at, #ARGV do
  if fits(ARGV[i]) then found[#found + 1] = ARGV[i] end
end
return found
