"""Counts and times by channel; never by chat, never by topic."""

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics

HARMLESS = {"channel", "result", "kind", "le"}


def test_no_number_carries_a_label_that_could_lead_to_a_family() -> None:
    metrics = Metrics()
    for name, metric in vars(metrics).items():
        if hasattr(metric, "_labelnames"):
            assert set(metric._labelnames) <= HARMLESS, name  # noqa: SLF001 the library shows them nowhere else


def test_two_services_in_one_process_do_not_share_their_numbers() -> None:
    one, other = Metrics(), Metrics()
    one.updates.labels("telegram").inc(3)
    assert one.registry.get_sample_value("nahbei_updates_total", {"channel": "telegram"}) == 3
    assert other.registry.get_sample_value("nahbei_updates_total", {"channel": "telegram"}) is None


def test_the_database_counts_as_away_until_it_has_answered() -> None:
    metrics = Metrics()
    assert not metrics.is_database_up()
    metrics.database_up.set(1)
    assert metrics.is_database_up()


def test_every_number_is_explained() -> None:
    families = list(text_string_to_metric_families(Metrics().text().decode()))
    assert len(families) > 10
    assert all(family.documentation for family in families)
