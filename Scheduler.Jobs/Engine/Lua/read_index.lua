-- Reads one list of the ids of all jobs.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  number of the list wanted, or of the next older one that there is; '' = the newest
-- reply    {its number, ids in no special order} | {} = there is none
-- Twice?   reads only.
-- include: shared
-- include: list_of_index

local number, ids = list_of_index(ARGV[2])
if not number then return {} end
return { number, unpack(ids) }
