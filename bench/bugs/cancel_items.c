// Two programs that lose what was handed to them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cancel_lost_item: a consumer receives an order and then waits for the book in
// which it is to be written. Cancelled there, it returns, and the order is
// neither in the channel nor in the book. The fix: once an order was received,
// it is written under a shield.
//
// cancel_timeout_beside_completion: a customer waits for a ticket, but not for
// long, and asks afterwards whether the time was up. If the ticket came and the
// time passed before the customer's next step, both are true, and the customer
// goes home without the ticket that it has. The fix: ask whether the scope has
// caught anything, not whether it was cancelled.

#include "bench/bugs/bugs.h"

// ---- An item that is taken and not stored ----

enum { ORDERS = 3 };

struct shop {
    struct trio_channel orders;
    struct trio_sender sender;
    struct trio_receiver receiver;
    struct trio_lock book;
    size_t written;
    bool fixed;
};

static TRIO_CHECKPOINT trio_status write_order(void *arg)
{
    struct shop *shop = arg;
    trio_status rc = trio_lock_acquire(&shop->book);

    if (rc != TRIO_OK)
        return rc;
    shop->written++;
    trio_lock_release(&shop->book);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status consume(void *arg)
{
    struct shop *shop = arg;
    int order;
    trio_status rc;

    bugs_start();
    while ((rc = trio_channel_receive(&shop->receiver, &order)) == TRIO_OK) {
        if (shop->fixed)
            rc = trio_shielded(TRIO_FOREVER, write_order, shop);
        else
            rc = write_order(shop); // Cancelled here, the order is lost.
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status order_all(void *arg)
{
    struct shop *shop = arg;
    trio_status rc = TRIO_OK;

    bugs_start();
    for (int order = 0; rc == TRIO_OK && order < ORDERS; order++)
        rc = trio_channel_send(&shop->sender, &order);
    trio_sender_close(&shop->sender);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_shop(bool fixed)
{
    struct shop shop = {.book = TRIO_LOCK_INIT, .fixed = fixed};
    struct trio_channel_statistics orders;
    int buffer[ORDERS];

    bugs_start();
    trio_channel_open(&shop.orders, sizeof(int), buffer, ORDERS, &shop.sender,
                      &shop.receiver);
    trio_status rc = bugs_run((struct bugs_tasks[]){
        {.name = "customer", .fn = order_all, .arg = &shop},
        {.name = "consumer", .fn = consume, .arg = &shop},
        {.name = NULL},
    });
    orders = trio_channel_statistics(&shop.orders);
    trio_receiver_close(&shop.receiver);
    TRIO_SIM_ALWAYS(shop.written + orders.buffered == orders.sent,
                    "an order is waiting or written");
    return rc;
}

TRIO_SCENARIO(cancel_lost_item,
              .witness = "main customer consumer cancel:consumer")
{
    (void)arg;
    return run_shop(false);
}

TRIO_SCENARIO(cancel_lost_item_fixed)
{
    (void)arg;
    return run_shop(true);
}

// ---- A result that comes at the moment of the time-out ----

struct ticket {
    int seat;
};

struct box_office {
    struct trio_channel tickets;
    struct trio_sender counter;
    struct trio_receiver window;
    struct ticket ticket;
    bool fixed;
};

static void give_back(struct ticket *ticket)
{
    trio_sim_settle(ticket);
}

static void discard(void *item)
{
    give_back(*(struct ticket **)item);
}

static TRIO_CHECKPOINT trio_status sell(void *arg)
{
    struct box_office *office = arg;
    struct ticket *ticket = &office->ticket;

    bugs_start();
    trio_status rc = trio_sleep(900 * TRIO_MS); // the printer is slow
    if (rc != TRIO_OK)
        return rc;
    trio_sim_owe(ticket, "ticket");
    rc = trio_channel_send(&office->counter, &ticket);
    if (rc != TRIO_OK)
        give_back(ticket);
    return rc;
}

static TRIO_CHECKPOINT trio_status buy(void *arg)
{
    struct box_office *office = arg;
    struct trio_cancel_scope patience;
    struct ticket *ticket;

    bugs_start();
    trio_move_on_after(&patience, TRIO_SECOND);
    trio_sim_target(&patience);
    trio_status rc = trio_channel_receive(&office->window, &ticket);
    rc = trio_cancel_scope_close(&patience, rc);
    if (rc != TRIO_OK)
        return rc;
    // The time may have been up without anything being cancelled.
    if (office->fixed ? trio_cancel_scope_caught(&patience)
                      : trio_cancel_scope_called(&patience))
        return TRIO_OK;
    rc = trio_sleep(TRIO_HOUR); // the show
    give_back(ticket);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_box_office(bool fixed)
{
    struct box_office office = {.fixed = fixed};
    struct ticket *buffer;

    bugs_start();
    trio_channel_open(&office.tickets, sizeof(buffer), &buffer, 1,
                      &office.counter, &office.window);
    trio_channel_on_discard(&office.tickets, discard);
    trio_status rc = bugs_run((struct bugs_tasks[]){
        {.name = "clerk", .fn = sell, .arg = &office},
        {.name = "customer", .fn = buy, .arg = &office},
        {.name = NULL},
    });
    trio_sender_close(&office.counter);
    trio_receiver_close(&office.window);
    return rc;
}

TRIO_SCENARIO(cancel_timeout_beside_completion,
              .witness = "main clerk customer clock clerk cancel:customer")
{
    (void)arg;
    return run_box_office(false);
}

TRIO_SCENARIO(cancel_timeout_beside_completion_fixed)
{
    (void)arg;
    return run_box_office(true);
}
