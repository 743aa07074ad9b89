-- Which jobs of one list of the index of all jobs fit a filter. Reads only.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  the filter, as in job_filter.lua; then
--          the number of the list wanted, or of the next older one that there is, '' = the newest;
--          the id after which to go on where it is that list, '' = from its first; the most ids to give
-- reply    {its number, ids that fit, newest first} | {} = there is no list
-- Twice?   harmless.
-- include: shared
-- include: list_of_index
-- include: job_filter

local wanted, after, most = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
local number, ids = list_of_index(wanted)
if not number then return {} end
if wanted ~= '' and number ~= tonumber(wanted) then after = '' end

local found = {}
for i = 1, #ids do
  if (after == '' or ids[i] < after) and fits(ids[i]) then found[#found + 1] = ids[i] end
end
table.sort(found, function(a, b) return a > b end)
return { number, unpack(found, 1, math.min(#found, most)) }
