#!/bin/sh
# SPDX-License-Identifier: MIT
# Catches completions that offer what carafe does not take, or leave out what it does: each shell is
# asked what it makes of a command line.
set -u
cd "${CARAFE_SRCDIR:-.}" || exit 1
. tests/tools/prologue
mkdir -p "$place/run/carafe/games" "$place/run/carafe/gaudy" "$place/home" "$place/zsh"
cp completions/_carafe "$place/zsh/"
HOME=$place/home TMPDIR=$place XDG_CONFIG_HOME=$place/home XDG_DATA_HOME=$place/home
export HOME TMPDIR XDG_CONFIG_HOME XDG_DATA_HOME

# in_bash WORD...: what bash offers for the last one, sorted, in one line.
in_bash()
{
	bash --norc -c '. completions/carafe.bash
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_carafe
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | sort -u | tr '\n' ' ' | sed 's/ *$//'
}

# in_fish LINE: the same in fish, for a whole line.
in_fish()
{
	fish --no-config -c 'source completions/carafe.fish
		complete -C $argv[1]' "$1" 2>/dev/null | cut -f1 | sort -u | tr '\n' ' ' |
		sed 's/ *$//'
}

# in_zsh LINE: what the line is after a tab; the shell is one that somebody types on.
in_zsh()
{
	zsh -f -c '
		zmodload zsh/zpty || exit 1
		zpty typed "zsh -f -i"
		zpty -w typed "PS1= PS2= RPS1=; fpath=($1 \$fpath)"
		zpty -w typed "unsetopt zle_bracketed_paste prompt_sp prompt_cr beep 2>/dev/null"
		zpty -w typed "autoload -Uz compinit; compinit -u -D"
		zpty -w typed "bindkey -e; bindkey \"^T\" complete-word; print READY\$((40 + 2))"
		while zpty -r typed line && [[ $line != *READY42* ]]; do :; done
		# To the front of the line, and print it instead.
		zpty -w -n typed "$2"$'"'\\x14\\x01'"'"print -r -- LINE\$((40 + 2)) "$'"'\\n'"'
		while zpty -r typed line; do
			[[ $line == *LINE42* ]] && break
		done
		line=${line##*LINE42 }
		print -r -- ${line%%[[:cntrl:]]*}
		zpty -d typed' zsh "$place/zsh" "$1" | sed 's/ *$//'
}

skip()
{
	count=$1
	while [ "$count" -gt 0 ]; do
		number=$((number + 1))
		count=$((count - 1))
		echo "ok $number # SKIP $2"
	done
}

if command -v bash >/dev/null 2>&1; then
	is "bash: the commands" "$(in_bash carafe '')" "--help --version bench doctor fsck run status"
	is "bash: one of them" "$(in_bash carafe doc)" doctor
	is "bash: options of run" "$(in_bash carafe run -)" "-- --env --help --spin"
	is "bash: options of doctor" "$(in_bash carafe doctor -)" "--env --help --json"
	is "bash: options of fsck" "$(in_bash carafe fsck -)" "--exact --help --json"
	is "bash: options of status" "$(in_bash carafe status --)" "--help --json"
	is "bash: options of bench" "$(in_bash carafe bench -)" \
		"--filter --help --json --quick --repeat"
	is "bash: environments" "$(in_bash carafe run --env ga)" "games gaudy"
	is "bash: after an equals sign" "$(in_bash carafe run --env = gam)" games
	is "bash: right after it" "$(in_bash carafe doctor --env =)" "games gaudy"
	is "bash: of a short option" "$(in_bash carafe doctor -e gam)" games
	is "bash: to ask for" "$(in_bash carafe status gau)" gaudy
	is "bash: a program" "$(in_bash carafe run --env = games mkfif)" mkfifo
	is "bash: after two dashes" "$(in_bash carafe run -s 7 -- mkfif)" mkfifo
	is "bash: a program's options are its own" "$(in_bash carafe run ls --)" ""
	is "bash: a number is the user's" "$(in_bash carafe run --spin '')" ""
else
	skip 16 "bash is missing"
fi
if command -v fish >/dev/null 2>&1; then
	is "fish: the commands" "$(in_fish 'carafe ')" "bench doctor fsck run status"
	is "fish: options of run" "$(in_fish 'carafe run --')" "--env --help --spin"
	is "fish: options of doctor" "$(in_fish 'carafe doctor --')" "--env --help --json"
	is "fish: options of fsck" "$(in_fish 'carafe fsck --')" "--exact --help --json"
	is "fish: options of status" "$(in_fish 'carafe status --')" "--help --json"
	is "fish: options of bench" "$(in_fish 'carafe bench --')" \
		"--filter --help --json --quick --repeat"
	is "fish: environments" "$(in_fish 'carafe run --env ga')" "games gaudy"
	is "fish: after an equals sign" "$(in_fish 'carafe run --env=gam')" "--env=games"
	is "fish: to ask for" "$(in_fish 'carafe status gau')" gaudy
	is "fish: a program" "$(in_fish 'carafe run --env games mkfif')" mkfifo
else
	skip 10 "fish is missing"
fi
if command -v zsh >/dev/null 2>&1 && zsh -f -c 'zmodload zsh/zpty' 2>/dev/null; then
	is "zsh: a command" "$(in_zsh 'carafe doc')" "carafe doctor"
	is "zsh: an option of run" "$(in_zsh 'carafe run --sp')" "carafe run --spin"
	is "zsh: an option of bench" "$(in_zsh 'carafe bench --rep')" "carafe bench --repeat"
	is "zsh: an option of doctor" "$(in_zsh 'carafe doctor --js')" "carafe doctor --json"
	is "zsh: an environment" "$(in_zsh 'carafe run --env=gam')" "carafe run --env=games"
	is "zsh: of a short option" "$(in_zsh 'carafe doctor -e gau')" "carafe doctor -e gaudy"
	is "zsh: to ask for" "$(in_zsh 'carafe status gam')" "carafe status games"
	is "zsh: a program" "$(in_zsh 'carafe run -e games mkfif')" "carafe run -e games mkfifo"
else
	skip 8 "zsh is missing"
fi
echo "1..$number"
exit $failed
