-- A filter of the search, and whether a job fits it. Included after shared. Reads only.
-- ARGV[2]  state, queue, type, recurring id, worker, fingerprint, created from (ms), created before (ms); each '' = any
-- ARGV[10] number of tags, these; number of words, these in lower case. What follows begins at ARGV[at].
-- include: instants
local state, queue, kind, recurring, worker, print = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local from, before, at = tonumber(ARGV[8]), tonumber(ARGV[9]), 10

local function take_list()
  local list = {}
  for i = 1, tonumber(ARGV[at]) do list[i] = ARGV[at + i] end
  at = at + #list + 1
  return list
end
local tags, words = take_list(), take_list()

-- Field by field, and only until one does not fit: of most jobs the first tells enough. false = the check reads by itself.
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
    local created = to_ms(value and string.match(value, '^%d+') or redis.call('HGET', job_key(id), 'CreatedAt') or nil) or 0
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
  return string.match(call, '^[^\n]*\n\n[^\n]*\n[^\n]*\n[^\n]*\n(.*)$') or string.match(call, '^[^\n]*\n[^\n]*\n(.*)$') or ''
end

local function has_words(text)
  text = string.lower(text)
  for _, word in ipairs(words) do
    if not string.find(text, word, 1, true) then return false end
  end
  return true
end

-- A hash without a state is no job.
if state ~= '' or #words == 0 then check('State', function(value) return value and (state == '' or value == state) end) end

-- One command for most jobs; a long call is read to its end. The words are looked for in the whole call first: few jobs have them,
-- and only of these the arguments need be told from the rest.
local function has_words_in(_, id)
  local values = redis.pcall('HMGET', job_key(id), 'State', 'Error', 'Call', 'Call1', 'Call2', 'Call3')
  if values.err or not values[1] then return false end
  local call, error = values[3] or nil, '\n' .. (values[2] or '')
  if call and values[6] then
    call = whole_call(id, call)
  elseif call then
    call = call .. (values[4] or '') .. (values[5] or '')
  end
  return (not call or has_words(call .. error)) and has_words(arguments_of(id, call) .. error)
end
if #words > 0 then check(false, has_words_in) end

local function fits(id)
  local key = job_key(id)
  for i = 1, #checks do
    local value = fields[i] and redis.pcall('HGET', key, fields[i])
    if type(value) == 'table' or not checks[i](value, id) then return false end
  end
  return true
end
