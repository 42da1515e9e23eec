/* SPDX-License-Identifier: MIT */
/*
 * tests/sim/scenarios.c - the list of scenarios.
 *
 * What happens if a process dies here: see os/sim/sim.h.
 */
#include "tests/sim/families.h"
#include "tests/sim/scenario.h"

#define SCENARIOS(one) \
	one(all_and_alert) \
	one(begin_and_alert) \
	one(begin_and_leave) \
	one(begin_and_release) \
	one(begin_and_set) \
	one(begin_and_sweep) \
	one(check_changes) \
	one(check_handles) \
	one(check_waits) \
	one(close_and_wait) \
	one(death_and_alert) \
	one(death_and_newer) \
	one(death_and_pulse) \
	one(death_before_all) \
	one(death_for_all) \
	one(death_in_pulse) \
	one(death_before_wait) \
	one(death_in_queue) \
	one(death_of_heir) \
	one(death_of_counted) \
	one(death_of_janitor) \
	one(death_of_maker) \
	one(death_of_owner) \
	one(death_of_pulsed) \
	one(death_of_released) \
	one(death_of_several) \
	one(death_of_signaller) \
	one(death_of_waiter) \
	one(threads_end) \
	one(fork_and_death) \
	one(fork_and_close) \
	one(fork_and_leave) \
	one(engine_lost_update) \
	one(engine_dead_holder) \
	one(engine_wrong_address) \
	one(kcas_two) \
	one(kcas_three) \
	one(queue_two) \
	one(queue_three) \
	one(queue_prune) \
	one(set_wait) \
	one(set_wait_late) \
	one(set_death) \
	one(set_halt) \
	one(halt_round) \
	one(grant_death) \
	one(janitor_hears) \
	one(janitor_wakes) \
	one(janitors_die) \
	one(leaving) \
	one(nt_alert) \
	one(nt_alerted_owner) \
	one(nt_all_first) \
	one(nt_close) \
	one(nt_close_and_wait) \
	one(nt_collect) \
	one(nt_death_for_all) \
	one(nt_handler) \
	one(nt_kill) \
	one(nt_kill_and_death) \
	one(nt_nested) \
	one(nt_nested_death) \
	one(nt_pulse) \
	one(nt_two_for_all) \
	one(old_place) \
	one(close_and_go) \
	one(close_and_set) \
	one(pulse_and_reset) \
	one(slow_sweep) \
	one(other_queue) \
	one(post_and_release) \
	one(pulse_and_release) \
	one(pulse_of_set) \
	one(reorder_alert) \
	one(reorder_all) \
	one(reorder_check) \
	one(reorder_counts) \
	one(reorder_heir) \
	one(reorder_memory) \
	one(reorder_move) \
	one(reorder_note) \
	one(reorder_reuse) \
	one(reorder_scan) \
	one(reorder_slot) \
	one(reorder_sweep) \
	one(reorder_turn) \
	one(reorder_wait) \
	one(set_and_wait) \
	one(stale_places) \
	one(stale_and_dead) \
	one(set_for_all) \
	one(set_for_two) \
	one(switch_and_alert) \
	one(switch_and_all) \
	one(switch_and_close) \
	one(switch_and_less) \
	one(switch_and_poll) \
	one(switch_and_pulse) \
	one(switch_and_try) \
	one(switch_itself) \
	one(switch_then_alert) \
	one(switch_then_pulse) \
	one(switch_then_switch) \
	one(signal_and_alert) \
	one(signal_and_change) \
	one(signal_and_death) \
	one(signal_and_close) \
	one(signal_and_end) \
	one(signal_and_pulse) \
	one(signal_and_wait) \
	one(switch_and_wait) \
	one(two_pulses) \
	one(two_for_all) \
	one(two_switches) \
	one(open_close) \
	one(last_and_first) \
	one(fork_set) \
	one(follower_wakes) \
	one(visitor_wakes)

#define DECLARE(name) extern const struct scenario scenario_##name;
#define ADDRESS(name) &scenario_##name,

SCENARIOS(DECLARE)

static const struct scenario *const listed[] = { SCENARIOS(ADDRESS) };

#define LISTED (unsigned)(sizeof(listed) / sizeof(listed[0]))

const struct scenario *scenario_at(unsigned number)
{
	if (number < LISTED)
		return listed[number];
	number -= LISTED;
	return number < pairs_count() ? pairs_at(number) : crowds_at(number - pairs_count());
}
