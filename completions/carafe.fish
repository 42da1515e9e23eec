# SPDX-License-Identifier: MIT
# Completion of carafe(1) for fish.

# The names of the user's environments, wherever they lie.
function __carafe_environments
	set -l temporary /tmp
	set -q TMPDIR; and set temporary $TMPDIR
	set -l user (id -u)
	for folder in $XDG_RUNTIME_DIR/carafe /dev/shm/carafe-$user $temporary/carafe-$user
		test -d $folder; and command ls $folder
	end
end

# True until the program that run shall start has been named.
function __carafe_before_program
	set -l words (commandline -opc)
	set -e words[1..2]
	while set -q words[1]
		switch $words[1]
			case --
				return 1
			case --env --spin
				set -e words[1]
			case '-*'
			case '*'
				return 1
		end
		set -e words[1]
	end
end

complete -c carafe -f
complete -c carafe -n __fish_use_subcommand -l help -d 'Show a short description'
complete -c carafe -n __fish_use_subcommand -l version -d 'Show the version'
complete -c carafe -n __fish_use_subcommand -a run -d 'Run a program with the ntsync ABI'
complete -c carafe -n __fish_use_subcommand -a doctor -d 'Tell whether programs would be served here'
complete -c carafe -n __fish_use_subcommand -a fsck -d 'Check the structure of an environment'
complete -c carafe -n __fish_use_subcommand -a status -d 'Tell whether it is on'
complete -c carafe -n __fish_use_subcommand -a bench -d 'Measure this machine'

set -l run '__fish_seen_subcommand_from run; and __carafe_before_program'
complete -c carafe -n $run -l env -x -a '(__carafe_environments)' -d 'The environment'
complete -c carafe -n $run -l spin -x -d 'How often to look again before sleeping'
complete -c carafe -n '__fish_seen_subcommand_from run' -a '(__fish_complete_subcommand --fcs-skip=2)'
complete -c carafe -n '__fish_seen_subcommand_from doctor' -l env -x -a '(__carafe_environments)' -d 'The environment'
complete -c carafe -n '__fish_seen_subcommand_from doctor fsck status bench' -l json -d 'Write JSON'
complete -c carafe -n '__fish_seen_subcommand_from fsck' -l exact -d 'Nobody is inside a call'
complete -c carafe -n '__fish_seen_subcommand_from fsck status' -a '(__carafe_environments)' -d 'Environment'
complete -c carafe -n '__fish_seen_subcommand_from status' -a '(__fish_complete_pids)'
