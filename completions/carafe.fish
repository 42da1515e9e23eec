# SPDX-License-Identifier: MIT
# Completion of carafe(1) for fish.

# The names of the user's environments, where carafe(7) says that they lie.
function __carafe_environments
	set -l folder /tmp/carafe-(id -u)
	if set -q XDG_RUNTIME_DIR[1]; and test -d $XDG_RUNTIME_DIR
		set folder $XDG_RUNTIME_DIR/carafe
	else if test -w /dev/shm
		set folder /dev/shm/carafe-(id -u)
	else if set -q TMPDIR[1]
		set folder $TMPDIR/carafe-(id -u)
	end
	test -d $folder; and command ls $folder
end

# True until the program that run shall start has been named.
function __carafe_before_program
	set -l words (commandline -opc)
	set -e words[1..2]
	while set -q words[1]
		switch $words[1]
			case --
				return 1
			case --env --spin -e -s
				set -e words[1]
			case '-*'
			case '*'
				return 1
		end
		set -e words[1]
	end
end

complete -c carafe -f
complete -c carafe -n __fish_use_subcommand -s h -l help -d 'Show a short description'
complete -c carafe -n __fish_use_subcommand -s V -l version -d 'Show the version'
complete -c carafe -n __fish_use_subcommand -a run -d 'Run a program with the ntsync ABI'
complete -c carafe -n __fish_use_subcommand -a doctor -d 'Tell whether programs would be served here'
complete -c carafe -n __fish_use_subcommand -a fsck -d 'Check the structure of an environment'
complete -c carafe -n __fish_use_subcommand -a status -d 'Tell whether it is on'
complete -c carafe -n __fish_use_subcommand -a bench -d 'Measure this machine'

set -l run '__fish_seen_subcommand_from run; and __carafe_before_program'
complete -c carafe -n $run -s e -l env -x -a '(__carafe_environments)' -d 'The environment'
complete -c carafe -n $run -s s -l spin -x -d 'How often to look again before sleeping'
complete -c carafe -n '__fish_seen_subcommand_from run' -a '(__fish_complete_subcommand --fcs-skip=2 -e --env -s --spin)'
complete -c carafe -n '__fish_seen_subcommand_from doctor' -s e -l env -x -a '(__carafe_environments)' -d 'The environment'
complete -c carafe -n '__fish_seen_subcommand_from doctor fsck status bench' -s j -l json -d 'Write JSON'
complete -c carafe -n '__fish_seen_subcommand_from fsck status' -a '(__carafe_environments)' -d 'Environment'
complete -c carafe -n '__fish_seen_subcommand_from status' -a '(__fish_complete_pids)'
complete -c carafe -n '__fish_seen_subcommand_from bench' -s f -l filter -x -d 'Only the rows whose id matches'
complete -c carafe -n '__fish_seen_subcommand_from bench' -s n -l repeat -x -d 'The median of so many samples'
complete -c carafe -n '__fish_seen_subcommand_from bench' -s q -l quick -d 'Short samples'
complete -c carafe -n $run -s h -l help -d 'Show a short description'
complete -c carafe -n '__fish_seen_subcommand_from doctor fsck status bench' -s h -l help -d 'Show a short description'
complete -c carafe -n '__fish_seen_subcommand_from fsck' -s x -l exact -d 'Nobody is inside a call'
