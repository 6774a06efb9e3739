"""Associations are a kind of actor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0008_code"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="actor",
            name="actors_actor_kind_known",
        ),
        migrations.AlterField(
            model_name="actor",
            name="kind",
            field=models.TextField(
                choices=[
                    ("department", "部门 department"),
                    ("court", "法院 court"),
                    ("credit-centre", "信用中心 credit centre"),
                    ("supervisor", "社会信用主管部门 supervisor"),
                    ("platform", "平台 platform"),
                    ("service-firm", "信用服务机构 credit-service firm"),
                    ("association", "协会 association"),
                    ("operator", "系统运行 operator"),
                    ("public", "公众 the public"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="actor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "department",
                            "court",
                            "credit-centre",
                            "supervisor",
                            "platform",
                            "service-firm",
                            "association",
                            "operator",
                            "public",
                        ],
                    )
                ),
                name="actors_actor_kind_known",
            ),
        ),
    ]
